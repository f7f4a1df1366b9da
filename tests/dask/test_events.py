"""Events and alerts on Dask: what is asked at once, and what when it is computed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

import dask
from dask_frames import dealt, failing, in_parts

import suricata_eve.dask  # noqa: F401
from suricata_eve import EveOptionError, EveTypeError, MissingColumnError


@pytest.fixture(autouse=True)
def scheduler() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


def frame_of(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow")


EVENTS = frame_of(
    event_type=["alert", "http", "heartbeat", "alert"],
    timestamp=["2022-01-01T00:00:02Z", None, None, "2022-01-01T00:00:01Z"],
)


def test_a_type_that_only_the_data_knows_is_looked_for_in_all_partitions() -> None:
    got = in_parts(EVENTS, [2, 2]).eve.events(["heartbeat", "dns"]).compute()

    assert got.index.tolist() == [2]


def test_a_type_that_nobody_knows_is_told_with_those_of_all_partitions() -> None:
    got = in_parts(EVENTS, [1, 2, 1]).eve.events("hartbeat")

    with pytest.raises(EveOptionError) as caught:
        got.compute()
    with pytest.raises(EveOptionError) as expected:
        EVENTS.eve.events("hartbeat")
    assert str(caught.value) == str(expected.value)
    assert "close: 'heartbeat'" in str(caught.value)


def test_only_a_type_that_suricata_has_not_is_looked_for() -> None:
    """The check reads every partition, so that it is left out where nothing is to be checked."""
    ddf = in_parts(EVENTS, [2, 2])

    known, unknown = (len(ddf.eve.events(name).__dask_graph__()) for name in ("dns", "x"))
    assert known < unknown


@pytest.mark.parametrize(
    ("method", "given", "options", "error"),
    [
        ("events", (5,), {}, EveTypeError),
        ("events", ([],), {}, EveOptionError),
        ("events", (["dns", 5],), {}, EveTypeError),
        ("alerts", (), {"view": "short"}, EveOptionError),
        ("alerts", (), {"signature": "(?=a)"}, EveOptionError),
        ("alerts", (), {"severity": "1"}, EveTypeError),
        ("alerts", (), {"sid": True}, EveTypeError),
        ("by_flow", ("alert",), {}, MissingColumnError),
        ("group_summary", ([],), {}, EveOptionError),
        ("group_summary", ("event_type",), {"max_unique": -1}, EveOptionError),
        ("group_summary", ("event_type", [1]), {}, EveTypeError),
        ("group_summary", ("event_typ",), {}, MissingColumnError),
        ("normalize_types", (), {"errors": "ignore"}, EveOptionError),
        ("normalize_types", (), {"integer_na": True}, EveOptionError),
    ],
    ids=str,
)
def test_options_and_columns_are_checked_at_once_with_the_errors_of_pandas(
    method: str, given: tuple[Any, ...], options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        getattr(failing(EVENTS).eve, method)(*given, **options)
    with pytest.raises(error) as expected:
        getattr(EVENTS.eve, method)(*given, **options)
    assert str(caught.value) == str(expected.value)


@pytest.mark.parametrize("method", ["events", "alerts", "by_flow"])
def test_what_a_method_cannot_do_without_is_told_at_once(method: str) -> None:
    with pytest.raises(MissingColumnError, match=f"{method}\\(\\) needs the column"):
        getattr(failing(frame_of(src_ip=["192.0.2.1"])).eve, method)(
            *(["dns"] if method == "events" else [])
        )


def test_a_column_that_a_filter_needs_is_told_at_once_where_there_are_columns_of_alerts() -> None:
    frame = EVENTS.assign(**{"alert.severity": 1})

    with pytest.raises(MissingColumnError, match=r"'alert\.signature'"):
        failing(frame).eve.alerts(signature="a")


def test_a_log_without_alerts_needs_no_columns_of_alerts() -> None:
    frame = EVENTS[EVENTS["event_type"] != "alert"]
    options: dict[str, Any] = {"signature": "a", "view": "concise"}

    got = in_parts(frame, [1, 1]).eve.alerts(**options)
    pd.testing.assert_frame_equal(got.compute(), frame.eve.alerts(**options))
    with pytest.raises(MissingColumnError, match=r"'alert\.signature'"):
        in_parts(EVENTS, [2, 2]).eve.alerts(**options).compute()


def test_the_concise_view_asks_events_of_other_partitions_and_only_of_silent_alerts(
    sample8: pd.DataFrame,
) -> None:
    """Without ``flow.src_ip`` an alert does not tell its client; the flow event does."""
    names = ["timestamp", "event_type", "flow_id", "src_ip", "src_port", "dest_ip", "dest_port"]
    frame = sample8.loc[
        sample8["event_type"].isin(["alert", "flow"]), [*names, "alert.signature", "alert.category"]
    ]
    ddf = dealt(frame, 4)
    got = ddf.eve.alerts(view="concise").compute()

    pd.testing.assert_frame_equal(got, ddf.compute().eve.alerts(view="concise"))
    flipped = got["client"] != frame["src_ip"].loc[got.index]
    assert flipped.sum() > 10


def test_unsigned_flow_ids_stay_unsigned() -> None:
    frame = frame_of(
        event_type=["alert", "alert"],
        timestamp=["2022-01-01T00:00:02Z", "2022-01-01T00:00:01Z"],
        src_ip=["192.0.2.1"] * 2,
        dest_ip=["192.0.2.2"] * 2,
    )
    frame["flow_id"] = pd.array([2**64 - 1, 5], dtype="uint64[pyarrow]")
    frame["alert.signature"] = frame["alert.category"] = frame["src_ip"]
    ddf = in_parts(frame, [1, 1])

    pd.testing.assert_frame_equal(
        ddf.eve.alerts(view="concise").compute(), frame.eve.alerts(view="concise")
    )
    pd.testing.assert_frame_equal(ddf.eve.by_flow().compute(), frame.eve.by_flow())
    pd.testing.assert_frame_equal(
        ddf.eve.by_flow([2**64 - 1]).compute(), frame.eve.by_flow([2**64 - 1])
    )
