"""Suricata EVE logs in pandas, with their methods in the accessor ``df.eve``.

:func:`read_eve` reads EVE files, :func:`read_dataset` what was stored of them as Parquet,
:func:`load_sample` one that ships with the package, :func:`normalize_types` repairs a frame that
came another way. The methods of ``df.eve`` are those of
:class:`suricata_eve.accessor.EveAccessor`; the functions behind them, for code that is
type-checked, are in :mod:`suricata_eve.analysis`.

Importing this does two things: it registers the accessor, and it has notebooks show the text in
tables as it is, where MathJax would typeset what an attacker puts between dollar signs, links
and all. For that, pandas' options ``display.html.use_mathjax`` and ``styler.html.mathjax`` become
False; ``pd.set_option(..., True)`` after the import turns them back.
"""

from __future__ import annotations

from suricata_eve import display
from suricata_eve.accessor import EveAccessor
from suricata_eve.analysis.iocs.defanging import defang, refang
from suricata_eve.analysis.iocs.reports import find_indicators
from suricata_eve.dataset_reader import read_dataset
from suricata_eve.errors import (
    EveDatasetError,
    EveError,
    EveOptionError,
    EveParseError,
    EveTypeError,
    EveValueError,
    EveWarning,
    MissingColumnError,
    MissingDependencyError,
    NotEveFrameError,
)
from suricata_eve.graph import to_networkx
from suricata_eve.normalize import normalize_types
from suricata_eve.options import BadLine
from suricata_eve.pcap import to_pcap
from suricata_eve.reader import read_eve, scan_eve
from suricata_eve.reports import report
from suricata_eve.sample import load_sample
from suricata_eve.scan import EveScan
from suricata_eve.writer import to_json

__all__ = [
    "BadLine",
    "EveAccessor",
    "EveDatasetError",
    "EveError",
    "EveOptionError",
    "EveParseError",
    "EveScan",
    "EveTypeError",
    "EveValueError",
    "EveWarning",
    "MissingColumnError",
    "MissingDependencyError",
    "NotEveFrameError",
    "__version__",
    "defang",
    "find_indicators",
    "load_sample",
    "normalize_types",
    "read_dataset",
    "read_eve",
    "refang",
    "report",
    "scan_eve",
    "to_json",
    "to_networkx",
    "to_pcap",
]

__version__ = "0.1.0"

display.leave_math_alone()
