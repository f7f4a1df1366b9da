"""Law: Dask reads what pandas reads, wherever the blocks of a file end."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("dask.dataframe")

import dask

import suricata_eve
import suricata_eve.dask
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

# Each reads its files three times, as partitions of frames.
EXAMPLES = max(10, settings().max_examples // 4)
FILES = st.one_of(
    eve.eve_files(max_lines=12, damaged=True),
    eve.eve_files(lines=eve.lines(events=eve.wild_events()), max_lines=8, damaged=True),
)


@settings(max_examples=EXAMPLES)
@given(st.lists(FILES, min_size=1, max_size=2), st.integers(1, 3000), st.integers(1, 3000))
@example([b'{"x":1}\r\n\r\n\0\0{"x":0.5}\n{"x":9007199254740993}\n{bad\n{"x":[1,"a"]}'], 30, 9)
@example([b'{"flow_id":-1}\n{"flow_id":18446744073709551615}\n{"flow_id":"5"}\n'], 20, 20)
@example([b'{"x":[{"b":1}]}\n{"x":[{"a":1}]}\n{"x":[]}\n{"x":[null]}\n{"x":[[]]}'], 17, 50)
@example([b'{"x":[1]}\n{"x":["a"]}\n', b'{"x":{"y":1}}\n{"x":[]}\n'], 10, 12)
@example([b'{}\n{"timestamp":[]}\n{}'], 1, 1)
@example([b"{}\n{}"], 1, 1)
def test_blocks_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, logs: list[bytes], blocksize: int, other: int
) -> None:
    """With an exact schema, found in other blocks: values, dtypes, columns, order of lines."""
    folder = tmp_path_factory.getbasetemp() / "dask-reading"
    folder.mkdir(exist_ok=True)
    paths = []
    for number, log in enumerate(logs):
        paths.append(folder / f"{number}.json")
        paths[-1].write_bytes(gzip.compress(log, 1) if number else log)
    most = max(blocksize, len(logs[0]) // 8)  # no more partitions than it takes
    expected = suricata_eve.read_eve(paths).sort_index()

    with dask.config.set(scheduler="sync"):
        schema = suricata_eve.dask.infer_schema(paths, blocksize=max(other, len(logs[0]) // 8))
        ddf = suricata_eve.dask.read_eve(paths, blocksize=most, schema=schema, order="file")
        df = ddf.compute()

    assert df.index.is_monotonic_increasing
    assert df.index.is_unique
    assert_eve_frame_equal(df.set_axis(expected.index), expected)
