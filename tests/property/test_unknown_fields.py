"""Law: a field that no schema knows survives, by its name and with its values."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.schema.fields import is_known
from suricata_eve.testing import assert_equals_json, flatten
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

EVENTS = st.lists(eve.events(), min_size=1, max_size=6)


@given(eve.unknown_keys())
def test_the_strategy_makes_names_that_are_unknown(key: str) -> None:
    assert not is_known(key)


@given(EVENTS)
def test_reading_keeps_unknown_fields(events: list[dict[str, object]]) -> None:
    """Whatever it is called and holds, it is a column with as many values as events have it."""
    data = "\n".join(map(json.dumps, events)).encode()
    df = suricata_eve.read_eve(io.BytesIO(data))

    counts: dict[str, int] = {}
    for event in events:
        for path in flatten(event):
            counts[path] = counts.get(path, 0) + (not is_known(path))
    found = {path: int(df[path].notna().sum()) for path, count in counts.items() if count}
    assert found == {path: count for path, count in counts.items() if count}
    assert_equals_json(df, io.BytesIO(data))


@given(eve.unknown_keys(), st.lists(st.one_of(st.none(), eve.texts()), min_size=1))
def test_normalize_types_keeps_unknown_text(key: str, texts: list[str | None]) -> None:
    """A column that the schema does not have stays, text that looks like a number too."""
    df = pd.DataFrame({"event_type": "dns", key: pd.Series(texts, dtype=object)})
    out = df.eve.normalize_types()

    assert list(out.columns) == list(df.columns)
    assert out[key].astype(object).where(out[key].notna(), None).tolist() == texts
