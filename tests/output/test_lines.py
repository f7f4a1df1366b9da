"""Lines do not depend on how rows are divided, and wide frames are divided further."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from suricata_eve.output import lines as module
from suricata_eve.output.columns import Column
from suricata_eve.output.lines import Lines
from suricata_eve.output.texts import NonFinite


def made(df: pd.DataFrame, types: np.ndarray | None = None) -> list[bytes]:
    types = np.zeros(len(df), np.int64) if types is None else types
    columns = [Column(str(name), column, types) for name, column in df.items()]
    blocks = Lines(columns, types, NonFinite()).of(np.arange(len(df)))
    return b"".join(bytes(block) for block in blocks).splitlines(keepends=True)


def test_rows_are_in_order_whatever_their_types() -> None:
    df = pd.DataFrame({"event_type": list("abcabc"), "n": range(6)})

    for types in ([0] * 6, [0, 1, 2, 0, 1, 2], [5, 4, 3, 2, 1, 0]):
        found = [json.loads(line)["n"] for line in made(df, np.array(types))]
        assert found == list(range(6))


def test_rows_without_values_are_empty_objects() -> None:
    df = pd.DataFrame({"a": pd.array([None, 1, None], dtype="Int64")})

    assert made(df) == [b"{}\n", b'{"a":1}\n', b"{}\n"]
    assert made(pd.DataFrame(index=range(2))) == [b"{}\n", b"{}\n"]


@pytest.mark.parametrize("limit", ["_BYTES", "_CELLS"])
@pytest.mark.parametrize("size", [1, 50, 1000])
def test_lines_are_the_same_in_blocks_of_any_size(
    sample7: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, limit: str, size: int
) -> None:
    df = sample7.iloc[::97].reset_index(drop=True)
    types = pd.factorize(df["event_type"])[0]
    whole = made(df, types)
    monkeypatch.setattr(module, limit, size)

    assert made(df, types) == whole
    assert len(whole) == len(df)


def test_deep_lists_keep_their_name_whole() -> None:
    """So that a line is never nested deeper than what was read; a reader has its limits."""
    deep: object = 1
    for _ in range(150):
        deep = [deep]
    (line,) = made(pd.DataFrame({"a.b": pd.Series([deep], dtype=object)}))

    assert json.loads(line) == {"a.b": deep}


def test_a_name_of_many_dots_is_not_nested_without_end() -> None:
    name = ".".join("a" * 5000)
    (line,) = made(pd.DataFrame({name: [1]}))
    value, depth, path = json.loads(line), 0, []
    while isinstance(value, dict):
        ((key, value),) = value.items()
        path.append(key)
        depth += 1

    assert ".".join(path) == name
    assert depth == 32


def test_integers_of_thousands_of_digits_are_refused_by_name() -> None:
    df = pd.DataFrame({"a": pd.Series([10**5000], dtype=object)})

    with pytest.raises(ValueError, match=r"^column 'a' holds a number that cannot be written"):
        made(df)
