"""Laws of ``ddf.eve``: how a frame is cut into partitions does not change what methods give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("dask.dataframe")

import dask
from dask_frames import in_parts

import suricata_eve.dask  # noqa: F401
from suricata_eve.dask import exchange

pytestmark = pytest.mark.property

# An example builds and runs graphs, which takes a while.
EXAMPLES = max(10, settings().max_examples // 5)

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
    "flow.src_ip": pa.string(),
    "flow.start": TIME,
    "alert.signature": pa.string(),
    "alert.category": pa.string(),
    "tags": pa.list_(pa.string()),
    "x.share": pa.float64(),
}


@pytest.fixture(autouse=True, scope="module")
def _travel() -> Iterator[None]:
    """Let rows travel as among many partitions, and to as many."""
    with patch.multiple(exchange, _FEW=0, _SHARE=1):
        yield


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(*range(5)),
        "event_type": st.sampled_from(["alert", "alert", "flow", "http"]),
        "flow_id": few(2**53, 2**53 + 1, 7, -1),
        "host": few("a", "b"),
        "src_ip": few("192.0.2.1", "192.0.2.2"),
        "src_port": few(80, 50000),
        "dest_ip": few("192.0.2.1", "192.0.2.2"),
        "dest_port": few(80, 50000),
        "flow.src_ip": few("192.0.2.1", "192.0.2.2"),
        "flow.start": few(1, 4),
        "alert.signature": few("a", "b"),
        "alert.category": few("c"),
        "tags": st.none() | st.lists(few("x", "y", "z"), max_size=3),
        "x.share": few(0.0, -0.0, 1.5, float("nan")),
    }
)


@st.composite
def frames(draw: st.DrawFn) -> Any:
    """Draw a frame of Dask: its rows, labels that may repeat, and where it is cut."""
    rows = draw(st.lists(ROWS, max_size=14))
    blank = draw(st.sets(st.sampled_from(["host", "flow.start", "flow.src_ip"])))
    data = {
        name: pd.arrays.ArrowExtensionArray(
            pa.array([None if name in blank else row[name] for row in rows], kind)
        )
        for name, kind in COLUMNS.items()
    }
    labels = draw(st.lists(st.integers(0, 20), min_size=len(rows), max_size=len(rows)))
    frame = pd.DataFrame(data, index=pd.Index(labels, dtype="int64"))
    if draw(st.booleans()):
        frame.index = frame.index.astype(str)
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    return in_parts(frame, np.diff([0, *cuts, len(rows)]).tolist())


@pytest.fixture(autouse=True, scope="module")
def scheduler() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


@given(frames(), st.sampled_from(["all", "concise"]))
@settings(max_examples=EXAMPLES)
def test_alerts_do_not_depend_on_partitions(ddf: Any, view: Any) -> None:
    df = ddf.compute()
    expected = df.eve.alerts(view=view, signature="a|b")
    got = ddf.eve.alerts(view=view, signature="a|b")

    if view == "all":
        pd.testing.assert_frame_equal(got.eve.to_pandas(), expected)
    else:
        pd.testing.assert_frame_equal(got.compute(), expected)


TELLING = st.sets(
    st.sampled_from(["host", "timestamp", "flow.start", "src_ip", "dest_ip", "flow.src_ip"])
)


@given(frames(), st.sampled_from(["every", "mask", "ids", "given"]), TELLING, st.booleans())
@settings(max_examples=2 * EXAMPLES)
def test_flows_do_not_depend_on_partitions(
    ddf: Any,
    kind: str,
    columns: set[str],
    lazy: bool,  # noqa: FBT001
) -> None:
    """Whatever tells them, whether it is computed before or not."""
    df = ddf.compute()
    flows: Any = None
    if kind == "mask":
        flows = ddf["alert.category"] == "c"
    elif kind == "ids":
        flows = ddf.loc[ddf["alert.category"] == "c", "flow_id"]
    elif kind == "given":
        flows = ddf.eve.alerts()[["flow_id", *sorted(columns)]]
    known: Any = flows.compute() if flows is not None else None
    if kind == "given" and lazy and "host" in known.columns and known["host"].isna().all():
        known = known.drop(columns="host")  # as alerts of pandas are
    if kind == "mask" and not lazy and not df.index.is_unique:
        known = known.to_numpy()

    got = ddf.eve.by_flow(flows if lazy else known)

    pd.testing.assert_frame_equal(got.eve.to_pandas(), df.eve.by_flow(known))


@given(
    frames(),
    st.lists(st.sampled_from(["src_ip", "host", "x.share", "timestamp"]), min_size=1, max_size=2),
    st.lists(st.sampled_from(["tags", "flow_id", "x.share", "dest_port", "host"]), max_size=3),
    st.integers(0, 3),
)
@settings(max_examples=2 * EXAMPLES)
def test_a_summary_does_not_depend_on_partitions(
    ddf: Any, by: list[str], fields: list[str], limit: int
) -> None:
    df = ddf.compute()
    expected = df.eve.group_summary(by, fields, max_unique=limit)

    got = ddf.eve.group_summary(by, fields, max_unique=limit)

    assert got._meta.dtypes.equals(expected.dtypes)
    pd.testing.assert_frame_equal(got.compute().reset_index(drop=True), expected)
