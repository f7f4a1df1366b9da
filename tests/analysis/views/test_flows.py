"""A flow is a row, told the same whatever the release."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import flows
from suricata_eve.errors import EveWarning, MissingColumnError

TIME, TEXT, INTEGER = "timestamp[us, tz=UTC]", "string", "int64"
COLUMNS = {
    "start": TIME,
    "end": TIME,
    "flow_id": INTEGER,
    "client_ip": TEXT,
    "client_port": "uint16",
    "server_ip": TEXT,
    "server_port": "uint16",
    "proto": TEXT,
    "app_proto": TEXT,
    "duration": "double",
    "packets_to_server": INTEGER,
    "packets_to_client": INTEGER,
    "bytes_to_server": INTEGER,
    "bytes_to_client": INTEGER,
    "packets": INTEGER,
    "bytes": INTEGER,
    "ratio": "double",
    "state": TEXT,
    "reason": TEXT,
    "alerted": "bool",
    "action": TEXT,
    "tx_count": INTEGER,
    "tcp_state": TEXT,
    "tcp_flags": TEXT,
    "tcp_flags_to_server": TEXT,
    "tcp_flags_to_client": TEXT,
    "icmp_type": INTEGER,
    "icmp_code": INTEGER,
    "exception_policy": "list<item: string>",
    "vlan": "list<item: int64>",
    "parent_id": INTEGER,
    "community_id": TEXT,
    "host": TEXT,
}


def read(*events: dict[str, Any]) -> pd.DataFrame:
    lines = [json.dumps({"timestamp": "2022-01-01T01:00:00Z", **event}) for event in events]
    return suricata_eve.read_eve(io.BytesIO("\n".join(lines).encode()))


def dtypes(table: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype).removesuffix("[pyarrow]") for name, dtype in table.dtypes.items()}


FLOW = {
    "event_type": "flow",
    "flow_id": 2**53 + 1,
    "src_ip": "192.0.2.1",
    "src_port": 50000,
    "dest_ip": "198.51.100.1",
    "dest_port": 21,
    "proto": "TCP",
    "app_proto": "ftp",
    "vlan": [6, 7],
    "parent_id": 5,
    "community_id": "1:x",
    "host": "sensor",
    "flow": {
        "pkts_toserver": 3,
        "pkts_toclient": 4,
        "bytes_toserver": 200,
        "bytes_toclient": 500,
        "start": "2022-01-01T00:00:01.000001+0000",
        "end": "2022-01-01T00:00:03.500002+0000",
        "age": 2,
        "state": "closed",
        "reason": "timeout",
        "alerted": True,
        "action": "drop",
        "tx_cnt": 1,
        "exception_policy": [{"target": "stream_midstream", "policy": "ignore"}],
    },
    "tcp": {"tcp_flags": "1b", "tcp_flags_ts": "1a", "tcp_flags_tc": "1b", "state": "closed"},
}


def test_a_flow_is_told_in_full() -> None:
    made = read({"event_type": "http"}, FLOW).set_axis(["a", "b"])

    (row,) = pa.Table.from_pandas(flows(made), preserve_index=False).to_pylist()

    assert flows(made).index.tolist() == ["b"]
    assert dtypes(flows(made)) == COLUMNS
    start, end = row.pop("start"), row.pop("end")
    assert str(start) == "2022-01-01 00:00:01.000001+00:00"
    assert str(end) == "2022-01-01 00:00:03.500002+00:00"
    assert row == {
        "flow_id": 2**53 + 1,
        "client_ip": "192.0.2.1",
        "client_port": 50000,
        "server_ip": "198.51.100.1",
        "server_port": 21,
        "proto": "TCP",
        "app_proto": "ftp",
        "duration": 2.500001,
        "packets_to_server": 3,
        "packets_to_client": 4,
        "bytes_to_server": 200,
        "bytes_to_client": 500,
        "packets": 7,
        "bytes": 700,
        "ratio": 2.5,
        "state": "closed",
        "reason": "timeout",
        "alerted": True,
        "action": "drop",
        "tx_count": 1,
        "tcp_state": "closed",
        "tcp_flags": "1b",
        "tcp_flags_to_server": "1a",
        "tcp_flags_to_client": "1b",
        "icmp_type": None,
        "icmp_code": None,
        "exception_policy": ["stream_midstream:ignore"],
        "vlan": [6, 7],
        "parent_id": 5,
        "community_id": "1:x",
        "host": "sensor",
    }


def test_flows_come_in_the_order_of_their_start() -> None:
    """Those that start at once as they were logged, those without a start last."""
    starts = ["2022-01-01T00:00:02Z", None, "2022-01-01T00:00:01Z", "2022-01-01T00:00:02Z"]
    logged = ["2022-01-01T00:01:02Z", *["2022-01-01T00:01:01Z"] * 3]
    made = read(
        *(
            {"event_type": "flow", "timestamp": time, "flow": {"start": start}}
            for time, start in zip(logged, starts, strict=True)
        )
    )

    assert flows(made).index.tolist() == [2, 3, 0, 1]


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({}, (None, None, None)),
        ({"bytes_toserver": 5}, (None, None, None)),
        ({"bytes_toserver": 0, "bytes_toclient": 5}, (None, 5, None)),
        ({"bytes_toserver": 5, "bytes_toclient": 0}, (None, 5, 0.0)),
        ({"bytes_toserver": 2**62, "bytes_toclient": 2**62 - 1}, (None, 2**63 - 1, 1.0)),
        ({"bytes_toserver": 2**62, "bytes_toclient": 2**62}, (None, None, 1.0)),
        ({"bytes_toserver": -1, "bytes_toclient": 5}, (None, None, None)),
        ({"start": "2022-01-01T00:00:00Z"}, (None, None, None)),
        (
            {"start": "2022-01-01T00:00:00Z", "end": "2022-01-01T00:00:00Z"},
            (0.0, None, None),
        ),
    ],
)
def test_what_cannot_be_told_is_missing(
    flow: dict[str, Any], expected: tuple[float | None, ...]
) -> None:
    table = flows(read({"event_type": "flow", "flow": flow}))

    assert dtypes(table) == COLUMNS
    told = tuple(pa.array(table[name].array)[0].as_py() for name in ("duration", "bytes", "ratio"))
    assert told == expected


def test_without_flows_the_columns_stay(sample7: pd.DataFrame) -> None:
    for made in (
        sample7.iloc[:0],
        sample7[sample7["event_type"] == "stats"],
        read({"event_type": "http"}),
    ):
        assert dtypes(flows(made)) == COLUMNS
        assert len(flows(made)) == 0


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_planted_flows_are_told(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    made: pd.DataFrame = request.getfixturevalue(sample)
    table = flows(made)

    assert dtypes(table) == COLUMNS
    assert len(table) == (made["event_type"] == "flow").sum() == 1800
    assert table["start"].is_monotonic_increasing
    assert table["duration"].ge(0).all()
    ends = ["client_ip", "client_port", "server_ip", "server_port"]
    planted = truth["log4j_flows"]
    for flow in planted:
        # IPv6 is shortened in the truth, and written in full in EVE.
        row = table[table["community_id"] == flow["community_id"]]
        assert row[ends[1::2]].to_numpy().tolist() == [[flow["src_port"], flow["dest_port"]]]
        assert str(row["start"].iloc[0])[:22] == flow["start"].replace("T", " ")[:22]
        assert bool(row["alerted"].iloc[0]) is flow["expect_alert"]
    scan = truth["special"]["port_scan_syn"][0]
    row = table[table["client_port"].eq(scan["src_port"]) & table["server_port"].eq(23)].iloc[0]
    assert row["tcp_flags_to_server"] == "02"
    (ping,) = truth["special"]["icmp_echo"]
    row = table[table["icmp_type"].eq(8) & table["client_ip"].eq(ping["src_ip"])].iloc[0]
    assert row["client_port"] is pd.NA


def test_volumes_are_those_of_netflow(sample8: pd.DataFrame) -> None:
    """Two netflow events tell of the two ways of a flow."""
    table = flows(sample8)
    both = sample8[sample8["event_type"] == "netflow"].groupby("flow_id")
    counted = both[["netflow.pkts", "netflow.bytes"]].sum()
    once = table[~table["flow_id"].duplicated(keep=False)].set_index("flow_id")

    counted = counted.loc[once.index]
    assert (once["packets"] == counted["netflow.pkts"]).all()
    assert (once["bytes"] == counted["netflow.bytes"]).all()


def test_it_does_not_matter_what_the_frame_is_made_of(sample7: pd.DataFrame) -> None:
    mine = sample7[sample7["event_type"] == "flow"].iloc[::50].dropna(axis=1, how="all")
    expected = flows(mine)

    lines = io.BytesIO()
    mine.eve.to_json(lines)
    plain = pd.json_normalize([json.loads(line) for line in lines.getvalue().splitlines()])
    nullable = suricata_eve.read_eve(io.BytesIO(lines.getvalue()), dtype_backend="numpy_nullable")
    for other in (mine.sample(frac=1, random_state=1), mine.eve.orient(), plain, nullable):
        pd.testing.assert_frame_equal(
            flows(other).reset_index(drop=True), expected.reset_index(drop=True)
        )


def test_what_does_not_fit_is_counted() -> None:
    made = read({"event_type": "flow", "parent_id": 2**64 - 1, "vlan": [1]})
    made["vlan"] = pd.Series([["x"]], dtype=pd.ArrowDtype(pa.list_(pa.string())))

    with pytest.warns(EveWarning, match=r"flows\(\): 2 values .*: parent_id \(1\), vlan \(1\)"):
        table = flows(made)

    assert dtypes(table) == COLUMNS
    assert table[["parent_id", "vlan"]].isna().all(axis=None)


def test_flow_ids_beyond_int64_stay_exact() -> None:
    assert flows(read({**FLOW, "flow_id": 2**64 - 1}))["flow_id"].tolist() == [2**64 - 1]


@pytest.mark.parametrize("column", ["event_type", "timestamp"])
def test_what_it_cannot_do_without_is_named(column: str) -> None:
    with pytest.raises(MissingColumnError, match=rf"flows\(\) needs the column '{column}'"):
        flows(read(FLOW).drop(columns=column))


def test_the_frame_stays_as_it_was(sample7: pd.DataFrame) -> None:
    before = sample7.copy()

    table = flows(sample7)
    table.loc[table.index[0], "state"] = "changed"

    pd.testing.assert_frame_equal(sample7, before)
