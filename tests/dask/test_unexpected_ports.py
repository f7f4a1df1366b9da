"""Flows on unexpected ports are told where all their events are, and come in order of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

from dask_frames import dealt, failing, in_parts

import suricata_eve.dask
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

READ = {*EVIDENCE, "app_proto", "app_proto_ts", "app_proto_tc", "proto"}


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(scope="module")
def events(sample7: pd.DataFrame) -> pd.DataFrame:
    """Events with what is read of them: Dask takes its time for every column."""
    few = sample7[[name for name in sample7.columns if name in READ]]
    few.attrs = {}
    return few


def test_ties_are_broken_by_the_label_and_then_by_the_place() -> None:
    """Flows that begin at once come in the order of the events that tell, in any partition."""
    number = 12
    flows = suricata_eve.normalize_types(
        pd.DataFrame(
            {
                "event_type": "ssh",
                "timestamp": "2024-01-01T00:00:00Z",
                "flow_id": np.arange(number),
                "src_ip": "192.0.2.1",
                "src_port": 50000,
                "dest_ip": "198.51.100.1",
                "dest_port": 2222,
                "proto": "TCP",
            }
        )
    )
    for labels in (np.arange(number)[::-1], np.arange(number) % 3, list("abcdefabcdef")):
        frame = flows.set_axis(labels)
        found = in_parts(frame, [3, 5, 0, 4]).eve.unexpected_ports().compute()

        expected = frame.eve.unexpected_ports()
        pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)
        assert len(found) == number


def test_ports_may_come_from_an_iterator(events: pd.DataFrame) -> None:
    """Each task reads them again."""
    ddf = dealt(events, 3)

    found = ddf.eve.unexpected_ports(expected={"http": iter([80, 4444])}).compute()

    expected = events.eve.unexpected_ports(expected={"http": [80, 4444]})
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)


def test_large_flow_ids_keep_their_type() -> None:
    ids = pd.Series([2**64 - 1, 1], dtype="uint64[pyarrow]")
    rows = {
        "event_type": "ssh",
        "timestamp": "2024-01-01T00:00:00Z",
        "proto": "TCP",
        "src_ip": "192.0.2.1",
        "src_port": 50000,
        "dest_ip": "192.0.2.2",
        "dest_port": 2222,
    }
    frame = suricata_eve.normalize_types(pd.DataFrame([rows, rows])).assign(flow_id=ids)

    found = in_parts(frame, [1, 1]).eve.unexpected_ports().compute().reset_index(drop=True)

    pd.testing.assert_frame_equal(found, frame.eve.unexpected_ports())


def test_nothing_is_computed_and_errors_come_at_once(events: pd.DataFrame) -> None:
    ddf = failing(events)

    assert "reason" in ddf.eve.unexpected_ports().columns
    with pytest.raises(EveOptionError, match="ports are from 0 to 65535"):
        ddf.eve.unexpected_ports(expected={"http": [65536]})
    with pytest.raises(EveTypeError, match="expected maps protocols"):
        ddf.eve.unexpected_ports(expected=[80])
    with pytest.raises(EveTypeError, match=r"expected maps protocols.* is no DataFrame"):
        ddf.eve.unexpected_ports(expected=pd.DataFrame({"http": [80]}))
    with pytest.raises(EveTypeError, match="is a list of ports"):
        ddf.eve.unexpected_ports(expected={"http": 80})
    with pytest.raises(MissingColumnError, match="'timestamp'"):
        ddf.drop(columns="timestamp").eve.unexpected_ports()
