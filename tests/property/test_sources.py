"""Law: it does not matter where the bytes come from."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.ingest.sources import blocks
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]


class Drip(io.RawIOBase):
    """A file that gives few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes, step: int) -> None:
        self._rest = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(self._step if size < 0 else min(size, self._step))


def by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
    "lzma": lambda data: lzma.compress(data, preset=0, format=lzma.FORMAT_ALONE),
    "zstd": by_arrow("zstd"),
    "lz4": by_arrow("lz4"),
}
KINDS = (
    *("path", "text", "list", "glob", "folder", "url", "file"),
    *("stream", "pipe", "bytes", "bytearray", "memoryview"),
)


@given(
    eve.eve_files(damaged=True),
    st.integers(1, 200),
    st.sampled_from(sorted(PACKS)),
    st.sampled_from(KINDS),
)
def test_what_a_source_is_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, step: int, pack: str, kind: str
) -> None:
    """Whatever is read, however compressed, in two members: the same frame and counts."""
    expected = suricata_eve.read_eve(io.BytesIO(data))
    packed = PACKS[pack](data[:step]) + PACKS[pack](data[step:])
    folder = tmp_path_factory.getbasetemp() / "sources"
    folder.mkdir(exist_ok=True)
    path = folder / "eve.json"
    path.write_bytes(packed)

    with path.open("rb") as file:
        source: Any = {
            "path": path,
            "text": str(path),
            "list": [[], [path]],
            "glob": f"{folder}/*.json",
            "folder": folder,
            "url": f"file://{path}",
            "file": file,
            "stream": io.BytesIO(packed),
            "pipe": Drip(packed, step),
            "bytes": packed,
            "bytearray": bytearray(packed),
            "memoryview": memoryview(packed),
        }[kind]
        df = suricata_eve.read_eve(source)

    assert_eve_frame_equal(df, expected)
    for count in ("lines", "events", "bad_lines", "bad_values", "nul_bytes", "notes"):
        assert df.attrs["eve"][count] == expected.attrs["eve"][count]


@given(
    eve.eve_files(damaged=True),
    st.floats(0, 1),
    st.sampled_from(sorted(set(PACKS) - {"plain"})),
    st.sampled_from(("stream", "pipe")),
)
def test_compressed_data_that_ends_early_is_the_start_of_it(
    data: bytes, share: float, pack: str, kind: str
) -> None:
    """It gives what a plain file of the same bytes gives, and a note."""
    packed = PACKS[pack](data)
    cut = packed[: max(6, int(len(packed) * share))]
    source: Any = io.BytesIO(cut) if kind == "stream" else Drip(cut, 50)
    notes: list[str] = []
    start = b"".join(map(bytes, blocks(source, block_bytes=99, note=notes.append)))

    assert data.startswith(start)
    assert notes == (
        [] if len(cut) == len(packed) else ["compressed data ends early; read up to there"]
    )
    assert_eve_frame_equal(suricata_eve.read_eve(cut), suricata_eve.read_eve(start))
