"""Law: it does not matter where the bytes come from."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
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


KINDS = ("path", "text", "list", "gzip", "pipe", "packed", "file")


@given(eve.eve_files(damaged=True), st.integers(1, 200), st.sampled_from(KINDS))
def test_path_gzip_and_file_objects_are_alike(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, step: int, kind: str
) -> None:
    """A path, gzip of two members, a file object, a dripping one: the same frame."""
    folder = tmp_path_factory.getbasetemp()
    plain, packed = folder / "eve.json", folder / "eve.json.1.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data[:step]) + gzip.compress(data[step:]))
    expected = suricata_eve.read_eve(io.BytesIO(data))

    with plain.open("rb") as file:
        source: Any = {
            "path": plain,
            "text": str(plain),
            "list": [plain],
            "gzip": packed,
            "pipe": Drip(data, step),
            "packed": io.BytesIO(gzip.compress(data)),
            "file": file,
        }[kind]
        df = suricata_eve.read_eve(source)

    assert_eve_frame_equal(df, expected)
    for count in ("lines", "events", "bad_lines", "bad_values", "nul_bytes"):
        assert df.attrs["eve"][count] == expected.attrs["eve"][count]
