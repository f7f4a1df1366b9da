"""The law of ``ddf.eve``: every method gives what it gives on the same events in pandas.

With ``df = ddf.compute()``: events are the same once empty columns are left out, with values,
dtypes, index, and columns and rows in order; tables are the same up to their index.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd
from dask_frames import dealt, in_parts

import suricata_eve
import suricata_eve.dask
from suricata_eve.analysis.rows import take_rows
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.dask import exchange
from suricata_eve.schema.fields import CORE

EVE8 = Path(__file__).parent.parent / "data" / "log4j-suricata8.json.gz"


NO_TYPE = pd.ArrowDtype(pa.list_(pa.null()))
# What cases name, and some lists.
READ = (
    *("app_proto", "proto", "tls.sni", "vlan", "http.url", "http.hostname"),
    *("alert.signature", "alert.signature_id", "alert.category", "alert.severity"),
    *("alert.metadata.tag", "http.request_headers"),
)


class Case(NamedTuple):
    """A call that is the same for both kinds of frame."""

    name: str
    call: Callable[[Any], Any]
    """Given a frame of pandas or Dask."""
    events: bool = True
    """Whether a row is an event; else the result is a table."""


def table(method: str, *given: Any, **options: Any) -> Case:
    """Make a case of a table."""
    name = f"{method}{given}{options}"
    return Case(name, lambda df: getattr(df.eve, method)(*given, **options), events=False)


def taken(events: Any) -> Any:
    """Return events without what pandas' methods leave out, which Dask's keep until the end."""
    if isinstance(events, dd.DataFrame):
        return events.eve.to_pandas()
    return take_rows(events, np.arange(len(events)))


FILTERS: dict[str, Any] = {
    "signature": ["(?i)log4j", "^SCAN", "e"],
    "category": ["Misc activity", "Web Application Attack", "Detection of a Network Scan"],
    "severity": range(1, 3),
    "decoder_events": False,
}
IDS = [2226286393829690, 1, None]
GIVEN = pd.DataFrame({"flow_id": [1.0, None], "timestamp": ["2022-01-01T00:00:00Z"] * 2})
# Choosing and summarizing events.
CHOOSING: list[Case] = [
    Case("to_pandas", lambda df: df),
    Case("normalize_types", lambda df: df.eve.normalize_types()),
    Case("normalize_types, filled", lambda df: df.eve.normalize_types(integer_na=-0)),
    Case("events", lambda df: df.eve.events("alert")),
    Case("events of several", lambda df: df.eve.events(("http", "tls"))),
    Case("events of none", lambda df: df.eve.events("nfs")),
    Case("alerts", lambda df: df.eve.alerts()),
    Case("alerts by all filters", lambda df: df.eve.alerts(**FILTERS)),
    Case("no alerts", lambda df: df.eve.alerts(sid=[])),
    Case("alerts, concise", lambda df: df.eve.alerts(view="concise")),
    Case("some alerts, concise", lambda df: df.eve.alerts(**FILTERS, view="concise")),
    Case("by_flow", lambda df: df.eve.by_flow()),
    Case("by_flow of IDs", lambda df: df.eve.by_flow(IDS)),
    Case("by_flow of an ID that is not there", lambda df: df.eve.by_flow(1)),
    Case("by_flow of alerts", lambda df: df.eve.by_flow(df.eve.alerts(severity=1))),
    Case("by_flow of IDs in a column", lambda df: df.eve.by_flow(df.eve.events("http")["flow_id"])),
    Case("by_flow of a mask", lambda df: df.eve.by_flow(df["alert.severity"] == 1)),
    Case("by_flow of flows known before", lambda df: df.eve.by_flow(GIVEN)),
    table("group_summary", "event_type"),
    table("group_summary", ["proto", "dest_port"], ["flow_id", "http.url"]),
    table("group_summary", "src_ip", ["vlan", "event_type"], max_unique=1),
    table("group_summary", "event_type", ["alert.metadata.tag", "event_type"], max_unique=0),
    table("group_summary", "dest_ip", ["http.request_headers", "timestamp"], max_unique=2),
    table("group_summary", "alert.severity", []),
]

# Flows, texts and features.
FLOWS: list[Case] = [
    Case("orient", lambda df: df.eve.orient()),
    Case("payloads", lambda df: df.eve.payloads(content="any")),
    Case("unexpected_ports", lambda df: df.eve.unexpected_ports(), events=False),
    Case("unique", lambda df: df.eve.unique("http.url"), events=False),
    Case("features", lambda df: df.eve.features("server_port").reset_index(), events=False),
]

CASES = {case.name: case for case in [*CHOOSING, *FLOWS]}

LAYOUTS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "dealt": lambda df: dealt(df, 3),
    "one": lambda df: in_parts(df, [len(df)]),
    "empty parts": lambda df: in_parts(df, [0, 7, 0, len(df) - 7, 0]),
    "no events": lambda df: in_parts(df.iloc[:0], [0, 0, 0]),
    "from pandas": lambda df: dd.from_pandas(df.sort_index(), npartitions=3),
    "labels repeat": lambda df: dealt(df.set_axis(np.arange(len(df)) // 3), 4),
    "labels of text": lambda df: dealt(df.set_axis([f"e{n}" for n in range(len(df))]), 3),
}


def some(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the events of some flows and those without a flow, with a few empty columns."""
    ids = frame["flow_id"]
    alerts = frame.loc[frame["event_type"] == "alert", "flow_id"].dropna().unique()
    wanted = ids.isin(alerts[::12]) | ids.isin(ids.dropna().unique()[::40])
    few = frame[wanted | (ids.isna() & (np.arange(len(frame)) % 4 == 0))]
    # Dask takes its time for every column, and for every copy of attrs.
    few.attrs = {}
    kept = few.columns.isin([*CORE, *EVIDENCE, *READ])
    kept |= np.arange(few.shape[1]) % 60 == 0
    kept &= few.columns != "stats.detect.engines"  # lists of objects, which have no dtype before
    chosen: pd.DataFrame = few[few.columns[kept].tolist()]
    return chosen


@pytest.fixture(scope="module")
def frames(sample7: pd.DataFrame, sample8: pd.DataFrame) -> dict[str, pd.DataFrame]:
    nullable = suricata_eve.read_eve(EVE8, dtype_backend="numpy_nullable")
    wide = sample7.iloc[::50].copy()
    wide.attrs = {}
    return {"7": some(sample7), "8": some(sample8), "nullable": some(nullable), "wide": wide}


def check(ddf: Any, case: Case) -> None:
    df = ddf.compute()
    expected, got = case.call(df), case.call(ddf)

    assert isinstance(got, dd.DataFrame)
    if case.events:
        pd.testing.assert_frame_equal(taken(got), taken(expected))
    else:
        parts = got.compute()
        assert parts.dtypes.equals(got._meta.dtypes)
        # Of objects without a value pandas' method does not know the type.
        untyped = [name for name, dtype in expected.dtypes.items() if dtype == NO_TYPE]
        expected = expected.astype({name: parts[name].dtype for name in untyped})
        pd.testing.assert_frame_equal(parts.reset_index(drop=True), expected)


class Run(NamedTuple):
    """A case on some events, and how rows travel."""

    name: str
    frame: str
    layout: str
    few: int
    share: int


# Every case on events that are dealt out, in one of the other layouts, and of other dtypes; rows
# travel as among many partitions, to as many, and as among few, to fewer.
OTHERS = [layout for layout in LAYOUTS if layout != "dealt"]
RUNS = [
    Run(name, frame, layout, few, share)
    for number, name in enumerate(CASES)
    for frame, layout, few, share in (
        ("7", "dealt", 0, 1),
        ("7", OTHERS[number % len(OTHERS)], 16, 2),
        (("8", "nullable")[number % 2], "dealt", 16 * (number // 2 % 2), 1),
    )
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: "-".join(map(str, run)))
def test_a_method_gives_what_it_gives_in_pandas(
    frames: dict[str, pd.DataFrame], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_FEW", run.few)
    monkeypatch.setattr(exchange, "_SHARE", run.share)
    with dask.config.set(scheduler="sync" if run.frame == "7" else "threads"):
        check(LAYOUTS[run.layout](frames[run.frame]), CASES[run.name])


@pytest.mark.parametrize("name", ["events", "alerts"])
def test_so_it_does_with_all_columns(frames: dict[str, pd.DataFrame], name: str) -> None:
    with dask.config.set(scheduler="sync"):
        check(dealt(frames["wide"], 2), CASES[name])
