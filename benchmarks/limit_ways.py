"""What this package offers, each under the name by which its limits are measured."""

from __future__ import annotations

import re
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ways import COLUMNS, Way, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve import EveScan

__all__ = ["LIMITS", "frame_facts"]

_CHUNK = 1 << 20
_BATCH_EVENTS = 100_000
_FREQUENT = '"proto":"TCP"'


def _scan(path: str, **options: Any) -> EveScan:
    from suricata_eve import scan_eve

    return scan_eve(path, **options)


def frame_facts(frame: pd.DataFrame) -> dict[str, int]:
    """Return what a frame holds: its memory as pandas sums it up, and each buffer once."""
    import pyarrow as pa

    columns = [pa.chunked_array(pa.array(frame.iloc[:, i].array)) for i in range(frame.shape[1])]
    buffers = pa.table(columns, names=[str(i) for i in range(len(columns))])
    index = frame.index.memory_usage(deep=True)
    return {
        "rows": len(frame),
        "columns": frame.shape[1],
        "frame": buffers.get_total_buffer_size() + index,
        "frame_summed": int(frame.memory_usage(deep=True).sum()),
    }


def _read(path: str) -> pd.DataFrame:
    return _scan(path).to_pandas()


def _file_order(path: str) -> pd.DataFrame:
    return _scan(path, order="file").to_pandas()


def _single(scan: EveScan) -> EveScan:
    return replace(scan, _reading=replace(scan._reading, threads=1))  # noqa: SLF001


def _one_thread(path: str) -> pd.DataFrame:
    return _single(_scan(path)).to_pandas()


def _same(path: str) -> bool:
    scan = _scan(path)
    return bool(scan.to_arrow().equals(_single(scan).to_arrow(), check_metadata=True))


def _same_facts(result: bool) -> dict[str, int]:  # noqa: FBT001
    return {"same": int(result)}


def _gunzip(path: str) -> int:
    """Decompress to nowhere, and return the number of bytes."""
    unpack = zlib.decompressobj(wbits=31)
    size = 0
    with Path(path).open("rb") as packed:
        while chunk := packed.read(_CHUNK):
            size += len(unpack.decompress(chunk))
    return size


def _unzstd(path: str) -> int:
    """Decompress to nowhere, and return the number of bytes."""
    import pyarrow as pa

    buffer = bytearray(_CHUNK)
    size = 0
    with pa.CompressedInputStream(path, "zstd") as stream:
        while count := stream.readinto(buffer):
            size += count
    return size


def _size_facts(result: int) -> dict[str, int]:
    return {"bytes": result}


def _count(path: str) -> int:
    return int(_scan(path).count().sum())


def _rare_text(path: str) -> str:
    """Return a text that is in few lines: the flow ID of one of the first events."""
    with Path(path).open("rb") as file:
        found = re.search(rb'"flow_id":[0-9]{1,20}', file.read(_CHUNK))
    return found[0].decode() if found else '"flow_id":0,'


def _contains_rare(path: str) -> pd.DataFrame:
    return _scan(path, contains=_rare_text(path)).to_pandas()


def _contains_frequent_count(path: str) -> int:
    return int(_scan(path, contains=_FREQUENT).count().sum())


def _contains_frequent(path: str) -> pd.DataFrame:
    return _scan(path, contains=_FREQUENT, columns=COLUMNS).to_pandas()


def _batches(path: str) -> int:
    rows = 0
    for frame in _scan(path).batches(events=_BATCH_EVENTS):
        rows += len(frame)
        del frame  # else it is there while the next one is made
    return rows


def _to_parquet(path: str) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()  # the facts clean it up, off the clock
    _scan(path).to_parquet(folder.name)
    return folder


def _parquet_facts(folder: tempfile.TemporaryDirectory[str]) -> dict[str, int]:
    import pyarrow.parquet as pq

    with folder as name:
        files = sorted(Path(name).rglob("*.parquet"))
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        return {"rows": rows, "bytes": sum(file.stat().st_size for file in files)}


_EVE = ("suricata_eve",)

LIMITS: dict[str, Way] = {
    "read": Way("`read_eve`", _EVE, _read, facts=frame_facts),
    "file-order": Way('`read_eve(order="file")`', _EVE, _file_order),
    "one-thread": Way("`read_eve` on one thread", _EVE, _one_thread),
    "same": Way("one thread against all", _EVE, _same, facts=_same_facts),
    "gunzip": Way("decompression alone, gzip", ("zlib",), _gunzip, facts=_size_facts),
    "unzstd": Way("decompression alone, zstd", ("pyarrow",), _unzstd, facts=_size_facts),
    "count": Way("`count()`", _EVE, _count),
    "contains-rare": Way("`read_eve(contains=)`, in few lines", _EVE, _contains_rare),
    "contains-frequent": Way(
        f"`contains='{_FREQUENT}'`, `count()`", _EVE, _contains_frequent_count
    ),
    "contains-columns": Way(
        f"`read_eve(contains='{_FREQUENT}')`, four columns", _EVE, _contains_frequent
    ),
    "batches": Way(f"`batches(events={_BATCH_EVENTS:_})`", _EVE, _batches, facts=rows_of),
    "parquet": Way("`to_parquet`", (*_EVE, "pyarrow.parquet"), _to_parquet, facts=_parquet_facts),
}
"""Those of decompression take a compressed file; reading and counting take either."""
