"""The headline tells what is so, and nothing of what it does not understand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.reports.facts import facts

PACKETS, DROPS = "stats.capture.kernel_packets", "stats.capture.kernel_drops"


def stats(packets: pa.Array, drops: pa.Array, **more: Any) -> pd.DataFrame:
    count = len(packets)
    arrays = {PACKETS: packets, DROPS: drops}
    return pd.DataFrame(
        {
            "event_type": ["stats"] * count,
            "timestamp": pd.to_datetime(["2022-01-01"] * count, utc=True),
            **{name: pd.arrays.ArrowExtensionArray(values) for name, values in arrays.items()},
            **more,
        }
    )


def told(frame: pd.DataFrame) -> dict[str, str]:
    return dict(facts(frame).listed)


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()], ids=str)
def test_dropped_packets_are_added_up_over_sensors_exactly(kind: pa.DataType) -> None:
    """Of each sensor the highest count, as counters grow; sums go beyond 64 bits."""
    top = 2**63 - 1 if kind == pa.int64() else 2**64 - 1
    packets = pa.array([5, top, top, None], kind)
    frame = stats(packets, pa.array([1, 2, 3, None], kind), host=["a", "a", "b", "b"])

    assert told(frame)["Dropped packets"] == f"5 of {2 * top:,}"
    assert "Dropped packets" not in told(frame.iloc[3:])


@pytest.mark.parametrize(
    "attrs",
    [
        {"lines": 5, "bad_lines": 6},
        {"lines": -1, "bad_lines": -1},
        {"lines": True, "bad_lines": False},
        {"lines": 10**5000, "bad_lines": 10**5000},
        {"lines": 5, "bad_lines": 1.5},
    ],
    ids=["more", "negative", "flags", "huge", "fraction"],
)
def test_numbers_of_lines_that_cannot_be_are_not_told(attrs: dict[str, Any]) -> None:
    frame = stats(pa.array([1]), pa.array([0]))
    frame.attrs["eve"] = attrs

    assert "Not read" not in told(frame)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/me/case/eve.json", "eve.json"),
        ("C:\\Users\\me\\case\\eve.json", "eve.json"),
        ("\\\\server\\share\\eve.json.gz", "eve.json.gz"),
        ("case/", "case"),
        ("a" * 200, "a" * 119 + "…"),
    ],
)
def test_a_file_is_named_without_its_folder_whatever_system_it_was_on(
    source: str, name: str
) -> None:
    frame = stats(pa.array([1]), pa.array([0]))
    frame.attrs["eve"] = {"sources": [source]}

    assert told(frame)["Read from"] == name


def test_long_values_are_cut_with_a_mark() -> None:
    frame = stats(pa.array([1]), pa.array([0]), host=["h" * 81])

    assert told(frame)["Sensors"] == "h" * 79 + "… (1)"
