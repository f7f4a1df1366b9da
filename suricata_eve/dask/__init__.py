"""EVE on Dask: events of more files than memory holds, with the methods of ``df.eve``.

Importing this module registers ``.eve`` for Dask DataFrames.
"""

from __future__ import annotations

from suricata_eve.optional import import_optional_dependency

import_optional_dependency("dask.dataframe", extra="dask", purpose="suricata_eve.dask")

from suricata_eve.dask.accessor import EveDaskAccessor  # noqa: E402
from suricata_eve.dask.datasets import read_dataset  # noqa: E402
from suricata_eve.dask.reading import infer_schema, read_eve  # noqa: E402

__all__ = ["EveDaskAccessor", "infer_schema", "read_dataset", "read_eve"]
