"""Law: it does not matter where the bytes come from."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

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


@given(eve.eve_files(damaged=True), st.integers(1, 200))
def test_path_gzip_and_file_objects_are_alike(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, step: int
) -> None:
    """A path, gzip of one or two members, a file object, a dripping one: the same frame."""
    folder = tmp_path_factory.mktemp("sources")
    plain, packed = folder / "eve.json", folder / "eve.json.1.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data[:step]) + gzip.compress(data[step:]))
    expected = suricata_eve.read_eve(io.BytesIO(data))

    same: list[str | Path | io.IOBase | list[Path]] = [plain, str(plain), [plain], packed]
    for source in (*same, Drip(data, step), io.BytesIO(gzip.compress(data))):
        df = suricata_eve.read_eve(source)  # type: ignore[arg-type]
        assert_eve_frame_equal(df, expected)
        for count in ("lines", "events", "bad_lines", "bad_values", "nul_bytes"):
            assert df.attrs["eve"][count] == expected.attrs["eve"][count]
    with plain.open("rb") as file:
        assert_eve_frame_equal(suricata_eve.read_eve(file), expected)
