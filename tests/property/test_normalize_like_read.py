"""Law: `normalize_types` of a `json_normalize` frame has the dtypes and values of `read_eve`."""

from __future__ import annotations

import io
import json

import pandas as pd
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


def exact_in_pandas(value: object) -> bool:
    """Tell whether pandas, which may make a float of every integer, leaves a value as it is."""
    if isinstance(value, dict):
        return all(map(exact_in_pandas, value.values()))
    return not isinstance(value, int) or isinstance(value, bool) or abs(value) < 2**53


# Of unknown fields, text: whether a column of floats once held integers nobody can tell.
# Names with dots or without a letter are excluded, since `json_normalize` has rules of its own
# where two of them become one.
KEYS = st.text(st.characters(categories=["L"]), min_size=1, max_size=5).map("x_{}".format)
UNKNOWN = st.dictionaries(KEYS, eve.texts(), max_size=3)
KNOWN = eve.events(unknown_fields=False).filter(exact_in_pandas)
EVENTS = st.lists(
    st.builds(lambda known, unknown: {**known, **unknown}, KNOWN, UNKNOWN), min_size=1, max_size=6
)


@given(EVENTS)
def test_normalized_json_is_what_is_read(events: list[dict[str, object]]) -> None:
    """Same columns, same dtypes, same values, event by event."""
    data = "\n".join(map(json.dumps, events)).encode()
    read = suricata_eve.read_eve(io.BytesIO(data))
    normal = pd.json_normalize(events).eve.normalize_types()

    # A null and an empty object make a column there, and none here.
    extra = set(normal.columns) - set(read.columns)
    assert normal[sorted(extra)].isna().all(axis=None)
    assert_eve_frame_equal(normal.loc[read.index, list(read.columns)], read)


@given(EVENTS)
def test_a_frame_of_objects_is_what_is_read(events: list[dict[str, object]]) -> None:
    """Also where nobody flattened: columns that hold dicts become columns of their fields."""
    data = "\n".join(map(json.dumps, events)).encode()
    read = suricata_eve.read_eve(io.BytesIO(data))
    normal = pd.DataFrame(events).eve.normalize_types()

    extra = set(normal.columns) - set(read.columns)
    assert normal[sorted(extra)].isna().all(axis=None)
    assert_eve_frame_equal(normal.loc[read.index, list(read.columns)], read)
