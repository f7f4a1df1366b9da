"""Client and server are told by all events of a flow, in whichever partitions these are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

from dask_frames import dealt, failing, in_parts, noting

import suricata_eve.dask
from suricata_eve.analysis import orient
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.dask.flows import PLACE, home, in_flows
from suricata_eve.errors import MissingColumnError

CLIENT, SERVER = ("192.0.2.1", 50000), ("198.51.100.1", 80)


pytestmark = pytest.mark.usefixtures("at_once")


def narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what tells: Dask takes its time for every column."""
    few = frame[[name for name in EVIDENCE if name in frame.columns]]
    few.attrs = {}
    return few


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return events of one flow ID, answers of the server unless they say otherwise."""
    ends = {"src_ip": SERVER[0], "src_port": 80, "dest_ip": CLIENT[0], "dest_port": 50000}
    whole = [{"event_type": "alert", "flow_id": 7, **ends, **row} for row in rows]
    return suricata_eve.normalize_types(pd.DataFrame(whole))


FLOW = {
    "event_type": "flow",
    "src_ip": CLIENT[0],
    "src_port": CLIENT[1],
    "dest_ip": SERVER[0],
    "dest_port": SERVER[1],
}


def test_the_flow_event_tells_from_another_partition() -> None:
    events = frame({}, FLOW, {"host": "b"})
    ddf = in_parts(events, [1, 0, 1, 1])

    told = ddf.eve.orient().compute()

    assert told["client_ip"].tolist() == [CLIENT[0], CLIENT[0], SERVER[0]]
    assert told["orientation"].tolist() == ["flow_event", "flow", "src_ip"]  # not of host b


def test_an_id_that_was_used_again_is_two_flows() -> None:
    times = [f"2024-01-0{day}T00:00:00Z" for day in (1, 1, 2, 2)]
    starts = [None, times[0], None, times[2]]
    rows: list[dict[str, Any]] = [{}, FLOW, {}, {"event_type": "flow"}]
    events = frame(
        *(
            {**row, "timestamp": time, "flow.start": start}
            for row, time, start in zip(rows, times, starts, strict=True)
        )
    )

    told = in_parts(events, [1, 1, 1, 1]).eve.orient().compute()

    pd.testing.assert_frame_equal(told, orient(events))
    assert told["client_ip"].tolist() == [CLIENT[0]] * 2 + [SERVER[0]] * 2


def test_every_row_comes_home(sample7: pd.DataFrame) -> None:
    """Into its partition and place, with its label, also where labels repeat."""
    events = sample7.iloc[::20][["event_type", "flow_id", "src_ip", "dest_ip"]]
    ddf = dealt(events.set_axis(np.arange(len(events)) // 5), 4)

    rows = in_flows(ddf, ["flow_id", "src_ip"])
    back = home(rows, ddf.npartitions).drop(columns=list(PLACE))

    for part, expected in zip(back.partitions, ddf.partitions, strict=True):
        pd.testing.assert_frame_equal(part.compute(), expected.compute()[["flow_id", "src_ip"]])


def test_events_of_a_flow_meet_and_others_are_spread(sample7: pd.DataFrame) -> None:
    flowless = sample7[sample7["flow_id"].isna()]
    events = pd.concat([sample7[sample7["flow_id"].notna()].iloc[::20], flowless])
    rows = in_flows(dealt(events[["flow_id"]], 12), ["flow_id"])

    parts = [part.compute()["flow_id"] for part in rows.partitions]
    assert len(parts) == 3

    ids = [set(part.dropna()) for part in parts]
    assert sum(map(len, ids)) == len(set.union(*ids))
    assert max(part.isna().sum() for part in parts) < len(flowless) / 2


@pytest.mark.parametrize("missing", ["flow_id", "src_port", "flow.src_ip", "host"])
def test_a_frame_may_lack_what_tells(sample7: pd.DataFrame, missing: str) -> None:
    ddf = dealt(narrow(sample7).iloc[::10].drop(columns=missing, errors="ignore"), 3)

    told = ddf.eve.orient()

    pd.testing.assert_frame_equal(told.compute(), orient(ddf.compute()))


def test_what_was_told_before_is_kept(sample7: pd.DataFrame) -> None:
    """Of files alone it would not be told; and of a frame that has nothing but the ends."""
    oriented = dealt(narrow(sample7), 3).eve.orient()
    files = oriented[oriented["event_type"] == "fileinfo"]

    again = files.eve.orient().compute()

    pd.testing.assert_frame_equal(again, files.compute())
    assert again["orientation"].eq("flow_event").any()
    ends = files[["event_type", "flow_id", "client_ip", "server_ip"]]
    pd.testing.assert_frame_equal(ends.eve.orient().compute(), orient(ends.compute()))


def test_a_mask_of_the_result_chooses_without_moving_rows(sample7: pd.DataFrame) -> None:
    """Dask would align a frame of two origins with itself, and shuffle it."""
    ddf = dealt(narrow(sample7).iloc[::10], 3)
    oriented = ddf.eve.orient()

    chosen = oriented[oriented["server_port"] == 80]

    expected = orient(ddf.compute())
    pd.testing.assert_frame_equal(chosen.compute(), expected[expected["server_port"] == 80])


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("more", [[], ["http.url"]], ids=["small", "with text"])
def test_some_partitions_are_told_by_those_of_the_frame(
    sample7: pd.DataFrame, more: list[str]
) -> None:
    """Whichever are chosen of the frame or of the result, before or after Dask optimizes it."""
    events = narrow(sample7).assign(**{name: sample7[name] for name in more}).iloc[::10]
    ddf = dealt(events, 5)

    for some in (ddf.partitions[1:4], ddf.partitions[1:4].optimize(fuse=False)):
        told = some.eve.orient()
        expected = orient(some.compute())
        pd.testing.assert_frame_equal(told.compute(), expected)
        last = told.partitions[2].optimize(fuse=False)
        pd.testing.assert_frame_equal(last.compute(), expected.tail(len(some.partitions[2])))


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("more", ["flow.bytes_toserver", "http.url"])
def test_a_frame_is_read_once(sample7: pd.DataFrame, more: str) -> None:
    """Whether its rows are sent as they are, or what tells apart from them."""
    events = narrow(sample7).assign(**{more: sample7[more]}).iloc[::10]
    read: list[int] = []

    told = noting(events, 3, read).eve.orient().compute()

    assert sorted(read) == [0, 1, 2]
    pd.testing.assert_frame_equal(told, orient(dealt(events, 3).compute()))


def test_nothing_is_computed_and_errors_come_at_once(sample7: pd.DataFrame) -> None:
    ddf = failing(narrow(sample7))

    assert ddf.eve.orient().npartitions == 3
    with pytest.raises(MissingColumnError, match=r"orient\(\) needs the column 'src_ip'"):
        ddf.drop(columns="src_ip").eve.orient()
