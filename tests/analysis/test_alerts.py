"""Alerts come in time order, filtered as asked, with the true client and server."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import alerts
from suricata_eve.analysis.alerts import DECODER_CATEGORY
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

DATA = Path(__file__).resolve().parent.parent / "data"
TEXT, INT = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
TIME = pd.ArrowDtype(pa.timestamp("us", "UTC"))
LOG4J = range(9000001, 9000010)


@pytest.fixture
def frame() -> pd.DataFrame:
    """Five alerts and a flow; the file's order is the index."""
    noon, later = "2022-01-01T12:00:00+00:00", "2022-01-01T12:00:01+00:00"
    return pd.DataFrame(
        {
            "timestamp": pd.Series([later, noon, noon, None, noon, later]).astype(TIME),
            "event_type": pd.Series(["alert"] * 5 + ["flow"], dtype=TEXT),
            "flow_id": pd.Series([1, None, 2**53 + 1, 3, 4, 1], dtype=INT),
            "src_ip": pd.Series(["a", None, "c", "d", "e", "b"], dtype=TEXT),
            "dest_ip": pd.Series(["b", None, "C", "D", "E", "a"], dtype=TEXT),
            "direction": pd.Series([None, None, "to_client", None, None, None], dtype=TEXT),
            "alert.signature": pd.Series(["A (x)", "B", None, "a.x", "BB\n", None], dtype=TEXT),
            "alert.category": pd.Series(
                ["Misc", DECODER_CATEGORY, None, "misc", "Misc", None], dtype=TEXT
            ),
            "alert.severity": pd.Series([1, 3, None, 2, 1, None], dtype=INT),
            "alert.signature_id": pd.Series([10, 11, 12, None, 2**40, None], dtype=INT),
            "flow.state": pd.Series([None] * 5 + ["closed"], dtype=TEXT),
        }
    ).set_axis([8, 6, 2, 0, 9, 1])


def places(found: pd.DataFrame) -> list[int]:
    return found.index.tolist()


def test_alerts_are_sorted_by_time_then_place_and_have_no_empty_columns(
    frame: pd.DataFrame,
) -> None:
    expected = frame.loc[[2, 6, 9, 8, 0]].drop(columns="flow.state")

    pd.testing.assert_frame_equal(alerts(frame), expected)


@pytest.mark.parametrize("labels", [list("zyxwvu"), [1.5, 1.25, 1.0, 0.5, 0.25, 0.0]])
def test_without_line_numbers_the_position_is_the_place(
    frame: pd.DataFrame, labels: list[Any]
) -> None:
    found = alerts(frame.set_axis(labels))

    assert places(found) == [labels[number] for number in (1, 2, 4, 0, 3)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"signature": "x"}, [8, 0]),
        ({"signature": "^(?i)a"}, [8, 0]),
        ({"signature": r"\(x\)$"}, [8]),
        ({"signature": "a.x"}, [0]),
        ({"signature": ["^B$", r"\."]}, [6, 0]),
        ({"signature": []}, []),
        ({"signature": ""}, [6, 9, 8, 0]),
        ({"category": "Misc"}, [9, 8]),
        ({"category": pd.Series(["Misc", "misc"])}, [9, 8, 0]),
        ({"category": "Mis"}, []),
        ({"severity": 1}, [9, 8]),
        ({"severity": (2, np.int64(3))}, [6, 0]),
        ({"sid": range(10, 13)}, [2, 6, 8]),
        ({"sid": [2**40, 2**80, -(2**80)]}, [9]),
        ({"sid": np.array([10], np.uint64)}, [8]),
        ({"decoder_events": False}, [2, 9, 8, 0]),
        ({"signature": "x", "severity": 1, "category": "Misc"}, [8]),
        ({"sid": 99}, []),
    ],
    ids=str,
)
def test_an_alert_meets_every_filter(
    frame: pd.DataFrame, options: dict[str, Any], expected: list[int]
) -> None:
    assert places(alerts(frame, **options)) == expected
    assert places(alerts(frame, view="concise", **options)) == expected


def concise(rows: list[tuple[Any, ...]], index: list[int]) -> pd.DataFrame:
    kinds = {
        "timestamp": TIME,
        "flow_id": INT,
        "client": TEXT,
        "server": TEXT,
        "signature": TEXT,
        "category": TEXT,
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=object).astype(kind)
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    ).set_axis(index)


def test_the_concise_view_has_the_true_client_and_server(frame: pd.DataFrame) -> None:
    noon, later = pd.Timestamp("2022-01-01T12:00Z"), pd.Timestamp("2022-01-01T12:00:01Z")
    expected = concise(
        [
            (noon, 2**53 + 1, "C", "c", None, None),
            (noon, None, None, None, "B", DECODER_CATEGORY),
            (noon, 4, "e", "E", "BB\n", "Misc"),
            (later, 1, "b", "a", "A (x)", "Misc"),
            (None, 3, "d", "D", "a.x", "misc"),
        ],
        [2, 6, 9, 8, 0],
    )

    pd.testing.assert_frame_equal(alerts(frame, view="concise"), expected)


def test_an_empty_concise_view_has_the_same_dtypes(frame: pd.DataFrame) -> None:
    expected = concise([], [])

    pd.testing.assert_frame_equal(
        alerts(frame, sid=99, view="concise"), expected, check_index_type=False
    )
    bare = frame.loc[[1], ["timestamp", "event_type"]]
    pd.testing.assert_frame_equal(alerts(bare, view="concise"), expected, check_index_type=False)


def test_a_log_without_alerts_has_none_whatever_the_filter(frame: pd.DataFrame) -> None:
    flows = frame.loc[[1], ["timestamp", "event_type", "flow_id"]]

    found = alerts(flows, signature="x", severity=1, sid=2, category="c", decoder_events=False)

    pd.testing.assert_frame_equal(found, flows.iloc[:0])


def test_the_frame_stays_as_it_was(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)

    alerts(frame, view="concise")
    alerts(frame, signature="x")

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("pattern", ["(", r"(?<=a)b", r"(a)\1", "[z-a]"])
def test_a_bad_expression_is_an_error_that_shows_it(frame: pd.DataFrame, pattern: str) -> None:
    for events in (frame, frame.iloc[:0]):
        with pytest.raises(EveOptionError) as caught:
            alerts(events, signature=["fine", pattern])

        assert str(caught.value).startswith(
            f"signature={pattern!r} is not a regular expression of RE2 ("
        )


def test_hostile_text_and_expression_take_linear_time(frame: pd.DataFrame) -> None:
    text = "a" * 200_000 + "!"
    hostile = frame.assign(**{"alert.signature": pd.Series([text] * 6, frame.index, TEXT)})

    assert len(alerts(hostile, signature="(a+)+$")) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"signature": 5},
        {"signature": [None]},
        {"category": b"Misc"},
        {"severity": "1"},
        {"severity": True},
        {"severity": 1.0},
        {"sid": [1, "2"]},
        {"sid": pd.NA},
    ],
    ids=str,
)
def test_a_filter_of_another_kind_is_an_error(frame: pd.DataFrame, options: Any) -> None:
    (name,) = options
    with pytest.raises(EveTypeError, match=f"^{name} is "):
        alerts(frame, **options)


def test_a_view_is_one_of_two(frame: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError, match=r"^view is 'all' or 'concise', not 'short'$"):
        alerts(frame, view="short")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "options"),
    [
        ("event_type", {}),
        ("timestamp", {}),
        ("alert.signature", {"signature": "x"}),
        ("alert.category", {"category": "x"}),
        ("alert.category", {"decoder_events": False}),
        ("alert.severity", {"severity": 1}),
        ("alert.signature_id", {"sid": 1}),
        ("flow_id", {"view": "concise"}),
        ("src_ip", {"view": "concise"}),
        ("alert.signature", {"view": "concise"}),
    ],
)
def test_a_missing_column_is_named(
    frame: pd.DataFrame, column: str, options: dict[str, Any]
) -> None:
    with pytest.raises(MissingColumnError, match=rf"^alerts\(\) needs the column '{column}', "):
        alerts(frame.drop(columns=column), **options)


def test_objects_that_are_not_flat_are_to_be_normalized() -> None:
    frame = pd.DataFrame(
        {
            "timestamp": ["2022-01-01T12:00:00+0000"],
            "event_type": ["alert"],
            "alert": [{"signature": "s"}],
        }
    )

    with pytest.raises(MissingColumnError, match=r"df\.eve\.normalize_types\(\) makes"):
        alerts(frame, signature="s")


@pytest.mark.parametrize(("sample", "number"), [("sample7", 863), ("sample8", 864)])
def test_the_samples_have_their_alerts(
    request: pytest.FixtureRequest, sample: str, number: int
) -> None:
    events = request.getfixturevalue(sample)

    assert len(alerts(events)) == number
    assert len(alerts(events, decoder_events=False)) == 832
    assert alerts(events, sid=LOG4J)["flow_id"].nunique() == 86
    assert alerts(events)["timestamp"].is_monotonic_increasing


def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / "truth.json").read_bytes())
    return loaded


def address(text: str) -> str:
    return ipaddress.ip_address(text).exploded


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_planted_flows_have_their_client_and_server(
    request: pytest.FixtureRequest, sample: str
) -> None:
    events = request.getfixturevalue(sample)
    ids = alerts(events, sid=LOG4J)
    told = alerts(events, sid=LOG4J, view="concise").assign(key=ids["community_id"])
    seen = {
        (row.key, row.client, row.server) for row in told.itertuples(index=False) if row.key in KEYS
    }

    assert seen == {
        (flow["community_id"], address(flow["src_ip"]), address(flow["dest_ip"]))
        for flow in truth()["log4j_flows"]
        if flow["expect_alert"]
    }
    assert len(seen) == 83


KEYS = {flow["community_id"] for flow in truth()["log4j_flows"]}


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
@pytest.mark.parametrize("dropped", [[], ["flow.src_ip", "flow.dest_ip", "direction"]])
def test_alerts_on_responses_have_the_server_as_server(
    request: pytest.FixtureRequest, sample: str, dropped: list[str]
) -> None:
    """Also where the alerts are those of releases before Suricata 7, which write less."""
    events = request.getfixturevalue(sample).drop(columns=dropped)
    for planted in truth()["special"]["response_side_alert"]:
        rows = alerts(events, sid=planted["sid"])
        told = alerts(events, sid=planted["sid"], view="concise")
        its = (rows["community_id"] == planted["community_id"]).to_numpy(bool)

        assert its.any()
        assert set(told["client"][its]) == {address(planted["src_ip"])}
        assert set(told["server"][its]) == {address(planted["dest_ip"])}
        assert set(rows["src_ip"][its]) == {address(planted["dest_ip"])}


@pytest.fixture(scope="module")
def plain8() -> pd.DataFrame:
    """The sample as most notebooks read it, with floats, text times and NaN."""
    import gzip

    lines = gzip.decompress((DATA / "log4j-suricata8.json.gz").read_bytes()).splitlines()
    events = [json.loads(line) for line in lines]
    return pd.json_normalize([event for event in events if event["event_type"] != "stats"])


def test_the_frame_of_json_normalize_gives_the_same_concise_view(
    plain8: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    fewer = sample8[sample8["event_type"] != "stats"].sort_index()
    expected = alerts(fewer.reset_index(drop=True), decoder_events=False, view="concise")

    found = alerts(plain8, decoder_events=False, view="concise")

    pd.testing.assert_frame_equal(found, expected)


def test_the_nullable_frame_gives_the_same_concise_view(sample8: pd.DataFrame) -> None:
    nullable = suricata_eve.read_eve(
        DATA / "log4j-suricata8.json.gz", dtype_backend="numpy_nullable"
    )

    pd.testing.assert_frame_equal(alerts(nullable, view="concise"), alerts(sample8, view="concise"))
    assert alerts(nullable, sid=LOG4J).index.equals(alerts(sample8, sid=LOG4J).index)
