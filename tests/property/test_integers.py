"""Law: no coercion of dtypes changes an integer."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

INTEGERS = eve.integers()
MISSING = st.none()
FRACTIONS = st.floats(allow_nan=False, allow_infinity=False)
COLUMNS = st.one_of(
    st.lists(INTEGERS, min_size=1),
    st.lists(st.one_of(INTEGERS, MISSING), min_size=1),
    st.lists(st.one_of(INTEGERS, MISSING, FRACTIONS), min_size=1),
    st.lists(st.one_of(INTEGERS, MISSING, eve.texts()), min_size=1),
)


def is_integer(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


KNOWN = {"flow_id": (-(2**63), 2**63), "src_port": (0, 2**16), "smb.session_id": (0, 2**64)}
"""The integers that a known field holds for certain."""


def check(before: list[Any], after: pd.Series, path: str = "") -> None:
    """Every integer is itself, as an integer, an exact double or its digits.

    One that its known field cannot hold is missing.
    """
    low, high = KNOWN.get(path, (-(10**400), 10**400))
    assert len(before) == len(after)
    for old, new in zip(before, after.astype(object).tolist(), strict=True):
        if old is None:
            assert pd.isna(new)
        elif is_integer(old) and pd.isna(new):
            assert not low <= old < high
        elif is_integer(old):
            assert int(new) == old
            assert is_integer(new) or new == str(old) or (type(new) is float and new == old)


@given(COLUMNS, st.sampled_from(("x", "a.b", "flow_id", "src_port", "smb.session_id", "proto")))
@example([2**53 + 1, 0.5], "x")
@example([2**64 - 1, None], "flow_id")
@example([2**63, -1], "x")
def test_reading_keeps_integers(values: list[Any], path: str) -> None:
    """Beside missing values, fractions and text, in known fields and in unknown ones."""
    lines = [json.dumps({"event_type": "dns", path: value}) for value in values]
    df = suricata_eve.read_eve(io.BytesIO("\n".join(lines).encode()))

    if path in df.columns:
        check(values, df[path], path)
        lost = sum(value is not None for value in values) - df[path].notna().sum()
        assert df.attrs["eve"]["bad_values"] == lost
    else:
        assert values == [None] * len(values)


@given(COLUMNS, st.sampled_from(("x", "proto", "http.url")))
@example([2**53 + 1, 0.5], "x")
@example([2**64 - 1, None, "x"], "x")
def test_normalize_types_keeps_integers_among_other_values(values: list[Any], path: str) -> None:
    """Columns of Python objects, as `json_normalize` makes them of mixed values."""
    df = pd.DataFrame({"event_type": "dns", path: pd.Series(values, dtype=object)})

    check(values, df.eve.normalize_types()[path])


@given(st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), MISSING), min_size=1))
@pytest.mark.parametrize("dtype", ["int64[pyarrow]", "Int64", "object", "string"])
def test_normalize_types_keeps_known_integers(dtype: str, values: list[int | None]) -> None:
    """Whatever the dtype that holds them exactly, text of digits too; errors never hide one."""
    given_values = [None if v is None else str(v) for v in values] if dtype == "string" else values
    df = pd.DataFrame({"flow_id": pd.Series(given_values, dtype=dtype)})
    out = df.eve.normalize_types(errors="coerce")

    assert str(out["flow_id"].dtype) == "int64[pyarrow]"
    check(values, out["flow_id"])


@given(st.lists(st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), MISSING), min_size=1))
def test_normalize_types_undoes_the_floats_of_pandas(values: list[int | None]) -> None:
    """Below 2**53 the float that pandas made of an integer is that integer again."""
    df = pd.DataFrame({"flow_id": pd.Series(values, dtype="float64")})

    check(values, df.eve.normalize_types()["flow_id"])


@given(st.lists(eve.integers(), min_size=1))
def test_a_value_that_does_not_fit_is_never_another_value(values: list[int]) -> None:
    """With errors="coerce" a port beyond 16 bits is missing, not wrapped around."""
    df = pd.DataFrame({"src_port": pd.Series(values, dtype=object)})
    out = df.eve.normalize_types(errors="coerce")["src_port"]

    for old, new in zip(values, out.tolist(), strict=True):
        assert (pd.isna(new) and not 0 <= old < 2**16) or new == old
