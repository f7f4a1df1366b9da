"""EVE files that ship with the package, to try and to learn with."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from suricata_eve.errors import EveOptionError
from suricata_eve.reader import read_eve

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load_sample"]

_FILES = {"log4j": "log4j.json.gz", "office": "office.json.gz"}


def load_sample(name: str = "log4j") -> pd.DataFrame:
    """Read an EVE file that ships with the package.

    Both were made for this purpose. Their addresses and names are those reserved for
    documentation, their scripts and programs are harmless stand-ins.

    ``"log4j"`` is what Suricata 7 wrote over three days of traffic of a public web server in
    January 2022: 9,722 events, among them 863 alerts, and 104 Log4Shell lookups on 85 flows, in
    URLs, headers and bodies, most of them obfuscated.

    ``"office"`` is what Suricata 7 wrote over three working days of a small office in March
    2026: 7,125 events, among them 36 alerts, of twelve workstations that browse, update
    themselves, and work on a file server. Two of them are not their users' alone any more:
    there is a tunnel in DNS, a beacon in TLS, a program that spreads over SMB, an archive that
    leaves. Most of it raises no alert, and some of what is harmless looks like it.

    Parameters
    ----------
    name : {"log4j", "office"}, default "log4j"
        Which file.

    Returns
    -------
    DataFrame
        The events, as :func:`read_eve` returns them.

    Raises
    ------
    EveOptionError
        If there is no sample of this name.

    See Also
    --------
    read_eve : Read a file of your own.

    Examples
    --------
    >>> import suricata_eve
    >>> df = suricata_eve.load_sample("log4j")
    >>> len(df)
    9722
    >>> df["event_type"].value_counts().head(3)
    event_type
    netflow    3416
    flow       1800
    http       1575
    Name: count, dtype: int64[pyarrow]
    >>> df = suricata_eve.load_sample("office")
    >>> len(df)
    7125
    >>> df["event_type"].value_counts().head(3)
    event_type
    flow    2432
    dns     1986
    tls     1024
    Name: count, dtype: int64[pyarrow]
    """
    if name not in _FILES:
        choices = ", ".join(repr(one) for one in sorted(_FILES))
        msg = f"there is no sample {name!r}; choose one of: {choices}"
        raise EveOptionError(msg)
    packed = resources.files("suricata_eve.sample").joinpath(_FILES[name])
    with resources.as_file(packed) as path:
        return read_eve(path)
