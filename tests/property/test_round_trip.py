"""Law: what `to_json` writes, `read_eve` reads as the same frame."""

from __future__ import annotations

import io
import json
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.testing import assert_eve_frame_equal, flatten
from suricata_eve.testing import strategies as eve
from suricata_eve.writer import to_json

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

FILES = st.one_of(
    eve.eve_files(damaged=True), eve.eve_files(lines=eve.lines(events=eve.wild_events()))
)
ORDERS: tuple[Literal["file", "grouped"], ...] = ("file", "grouped")
BACKENDS: tuple[Literal["pyarrow", "numpy_nullable"], ...] = ("pyarrow", "numpy_nullable")


def written(df: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    to_json(df, file)
    return file.getvalue()


def renumbered(df: pd.DataFrame) -> pd.DataFrame:
    """Number the lines anew, without those left out, and drop columns without a value.

    A column without a value is there where all its values did not fit their field.
    """
    kept = df.loc[:, df.notna().any()] if len(df) else df
    return kept.set_axis(pd.Index(np.argsort(np.argsort(df.index))), axis=0)


@pytest.mark.parametrize("dtype_backend", BACKENDS)
@pytest.mark.parametrize("order", ORDERS)
@given(data=FILES)
def test_a_written_frame_is_read_as_it_was(
    data: bytes,
    order: Literal["file", "grouped"],
    dtype_backend: Literal["pyarrow", "numpy_nullable"],
) -> None:
    """Columns, dtypes, values and the order of rows, whatever the file held."""
    df = suricata_eve.read_eve(io.BytesIO(data), order=order, dtype_backend=dtype_backend)
    back = suricata_eve.read_eve(
        io.BytesIO(written(df)), order=order, dtype_backend=dtype_backend, on_bad_lines="error"
    )
    if not df.notna().any(axis=None):
        # Of events without any value there is nothing to tell but their number.
        assert len(back) == len(df)
        assert not back.notna().any(axis=None)
        return

    assert_eve_frame_equal(back, renumbered(df))


def pruned(value: object) -> object:
    """Leave nulls out of objects, at any depth: an absent key says the same."""
    if isinstance(value, list):
        return [pruned(element) for element in value]
    if isinstance(value, dict):
        return {key: pruned(element) for key, element in value.items() if element is not None}
    return value


@given(st.lists(eve.wild_events(allow_nan=False), min_size=1, max_size=5))
def test_objects_of_python_are_written_as_they_are(events: list[dict[str, object]]) -> None:
    """No value of a foreign frame is changed by what else its column holds."""
    flat = [flatten(event) for event in events]
    paths = dict.fromkeys(path for event in flat for path in event)
    df = pd.DataFrame(
        {path: pd.Series([event.get(path) for event in flat], dtype=object) for path in paths},
        index=range(len(flat)),
    )
    read = [flatten(json.loads(line)) for line in written(df).splitlines()]

    assert read == [{path: pruned(value) for path, value in event.items()} for event in flat]
