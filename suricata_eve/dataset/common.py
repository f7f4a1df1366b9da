"""The schema of each event type as a file of its own, for readers that would go by one file."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from suricata_eve.dataset.kinds import storable

__all__ = ["COMMON", "write_schemas"]

COMMON = "_common_metadata"
"""The name that Parquet's writers have agreed on; readers of data skip it."""


def write_schemas(root: Path, schemas: Mapping[str, pa.Schema]) -> None:
    """Write what the files of each event type hold, where that is not told yet.

    Parameters
    ----------
    root : path
        The dataset's folder on this machine.
    schemas : mapping of str to pyarrow.Schema
        Of each event type, as the manifest has them.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    for name, schema in schemas.items():
        # Where the folder of the type is not the outermost one, there are many.
        path = root / f"event_type={name}" / COMMON
        if not path.parent.is_dir():
            continue
        whole = pa.schema([(field.name, _storable(field.type)) for field in schema])
        with suppress(FileNotFoundError, pa.ArrowInvalid):
            if pq.read_schema(path).equals(whole):
                continue
        unfinished = path.with_name(f"{COMMON}.unfinished")
        pq.write_metadata(whole, unfinished)
        unfinished.replace(path)


def _storable(kind: pa.DataType) -> pa.DataType:
    return storable(pa.chunked_array([], kind)).type
