"""Values of a field are counted exactly; what is rare or new is told by shares and by frames."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import events, group_summary, new_values, orient, rare, unique
from suricata_eve.errors import EveOptionError, EveTypeError, EveValueError, MissingColumnError

HEADERS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
HOST, ACCEPT = {"name": "Host", "value": "h"}, {"name": "Accept", "value": None}
BIG = 2**53
TYPES = {
    "timestamp": pa.timestamp("us", "UTC"),
    "event_type": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "flow_id": pa.int64(),
    "http.hostname": pa.string(),
    "dns.grouped.A": pa.list_(pa.string()),
    "http.request_headers": HEADERS,
}
C1, C2, S1, S2 = "192.0.2.1", "192.0.2.2", "198.51.100.1", "198.51.100.2"


def arrow(values: list[Any], kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, kind)])))


def seconds(*values: int | None) -> pd.Series:
    micro = [None if value is None else value * 10**6 for value in values]
    return arrow(micro, TYPES["timestamp"])


def made(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return a frame in two chunks, with index labels that are neither sorted nor unique."""
    columns = {}
    for name, kind in TYPES.items():
        data = pa.array([row.get(name) for row in rows], kind)
        half = len(rows) // 2
        chunks = pa.chunked_array([data[:half], data[half:]])
        columns[name] = pd.arrays.ArrowExtensionArray(chunks)
    return pd.DataFrame(columns, index=[7 * (n % 3) for n in range(len(rows))])


def event(second: int | None, client: str, server: str, **more: Any) -> dict[str, Any]:
    named = {name.replace("__", "."): value for name, value in more.items()}
    ends = {"src_ip": client, "dest_ip": server, "src_port": 50000, "dest_port": 80}
    at = None if second is None else second * 10**6
    return {"timestamp": at, "event_type": "http", "direction": "to_server", **ends, **named}


@pytest.fixture
def frame() -> pd.DataFrame:
    return made(
        event(30, C1, S1, http__hostname="b", flow_id=BIG, dns__grouped__A=["x", "x", "y"]),
        event(10, C2, S1, http__hostname="b", flow_id=BIG + 1, dns__grouped__A=[]),
        event(20, S2, C1, http__hostname="a", direction="to_client", dns__grouped__A=["y", None]),
        event(None, C1, S2, http__hostname="c", http__request_headers=[HOST, ACCEPT, HOST]),
        event(50, C1, S1, http__hostname="b", flow_id=BIG, http__request_headers=[ACCEPT]),
        {"event_type": "stats", "timestamp": 40 * 10**6},
        {"http.hostname": "a", "timestamp": 60 * 10**6},
    )


def table(
    value: pd.Series,
    count: list[int],
    total: int,
    seen: tuple[list[int | None], list[int | None]],
    ends: tuple[list[int | None], list[int | None]],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "value": value,
            "count": arrow(count, pa.int64()),
            "share": arrow([each / total for each in count], pa.float64()),
            "first_seen": seconds(*seen[0]),
            "last_seen": seconds(*seen[1]),
            "clients": arrow(ends[0], pa.int64()),
            "servers": arrow(ends[1], pa.int64()),
        }
    )


def test_the_whole_table_is_as_documented(frame: pd.DataFrame) -> None:
    """By count, then value; a response counts for its client; a missing address for none."""
    expected = table(
        arrow(["b", "a", "c"], pa.string()),
        [3, 2, 1],
        6,
        ([10, 20, None], [50, 60, None]),
        ([2, 1, 1], [1, 1, 1]),
    )

    pd.testing.assert_frame_equal(unique(frame, "http.hostname"), expected)


def test_elements_of_lists_count_once_for_each_event(frame: pd.DataFrame) -> None:
    """The share is of the events that have any value: an empty list has none."""
    expected = table(
        arrow(["y", "x"], pa.string()), [2, 1], 2, ([20, 30], [30, 30]), ([1, 1], [2, 1])
    )

    pd.testing.assert_frame_equal(unique(frame, "dns.grouped.A"), expected)


def test_elements_that_are_objects_are_values_too(frame: pd.DataFrame) -> None:
    expected = table(
        arrow([ACCEPT, HOST], HEADERS.value_type),
        [2, 1],
        2,
        ([50, None], [50, None]),
        ([1, 1], [2, 1]),
    )

    pd.testing.assert_frame_equal(unique(frame, "http.request_headers"), expected)


def test_nothing_is_known_of_what_the_frame_does_not_hold(frame: pd.DataFrame) -> None:
    """Neither 0 clients nor an error: a subset of columns does."""
    expected = unique(frame, "http.hostname")
    nothing = arrow([None] * 3, pa.int64())
    expected = expected.assign(clients=nothing, servers=nothing)

    pd.testing.assert_frame_equal(
        unique(frame[["timestamp", "http.hostname"]], "http.hostname"), expected
    )
    never = seconds(None, None, None)
    pd.testing.assert_frame_equal(
        unique(frame[["http.hostname"]], "http.hostname"),
        expected.assign(first_seen=never, last_seen=never),
    )


def test_only_the_addresses_are_needed_for_clients_and_servers(frame: pd.DataFrame) -> None:
    part = frame[["flow_id", "src_ip", "dest_ip", "http.hostname"]]

    assert unique(part, "http.hostname")["servers"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("tls.sni", pa.string()),
        ("dest_port", pa.uint16()),
        ("tls.notafter", pa.timestamp("us", "UTC")),
        ("smb.session_id", pa.uint64()),
        ("vlan", pa.int64()),
        ("http.response_headers", HEADERS.value_type),
        ("dns.answers", pa.null()),
        ("community_id", pa.string()),
    ],
)
def test_nothing_is_new_where_no_event_has_the_field(field: str, kind: pa.DataType) -> None:
    """A log without it has no such column; the table has the dtypes that it would have."""
    empty = made().drop(columns=["dest_port"])
    expected = table(arrow([], kind), [], 1, ([], []), ([], []))

    pd.testing.assert_frame_equal(new_values(empty, field, empty), expected)
    pd.testing.assert_frame_equal(new_values(empty, field, []), expected)
    for ask in (unique, rare):
        with pytest.raises(MissingColumnError, match=f"needs the column '{field}'"):
            ask(empty, field)


@pytest.mark.parametrize("field", ["http.hostname", "dns.grouped.A", "flow_id", "client_ip"])
def test_a_frame_without_events_gives_the_same_columns(frame: pd.DataFrame, field: str) -> None:
    whole = unique(frame, field)

    pd.testing.assert_frame_equal(unique(frame.iloc[:0], field), whole.iloc[:0])
    pd.testing.assert_frame_equal(rare(frame.iloc[:0], field), whole.iloc[:0])
    grouped = rare(frame.iloc[:0], field, by="src_port")
    assert grouped.columns.tolist() == ["src_port", *whole.columns]
    assert grouped["src_port"].dtype == pd.ArrowDtype(pa.uint16())


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("http.hostnam", "Close to 'http.hostnam': 'http.hostname'"),
        ("alert", "keep the column when you select columns"),
        ("nothing.like.it", "Names of fields are paths with dots"),
    ],
)
def test_a_field_of_nobody_is_an_error_with_advice(
    frame: pd.DataFrame, field: str, hint: str
) -> None:
    with pytest.raises(MissingColumnError, match=rf"unique\(\) needs .*{hint}"):
        unique(frame, field)
    with pytest.raises(MissingColumnError, match=rf"rare\(\) needs .*{hint}"):
        rare(frame, "http.hostname", by=field)
    for baseline in (frame, ["a"]):
        with pytest.raises(MissingColumnError, match=rf"new_values\(\) needs .*{hint}"):
            new_values(frame, field, baseline)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("tls", "is not flat"), ("suricata.eve.tls.sni", "rename"), ("tls sni", "rename")],
)
def test_a_field_under_another_name_is_not_taken_for_absent(name: str, hint: str) -> None:
    other = pd.DataFrame({"event_type": ["tls"], name: [{"sni": "a"} if name == "tls" else "a"]})

    with pytest.raises(MissingColumnError, match=hint):
        unique(other, "tls.sni")
    with pytest.raises(MissingColumnError, match=hint):
        new_values(other.assign(**{"tls.sni": "a"}).drop(columns=name), "tls.sni", other)


def test_a_scalar_may_stand_where_another_log_has_an_object() -> None:
    """``tls.ja4`` is text in some builds, and has a ``hash`` in others."""
    text = pd.DataFrame({"event_type": ["tls"], "tls.ja4": ["a"]})
    objects = pd.DataFrame({"event_type": ["tls"], "tls.ja4.hash": ["a"]})

    assert new_values(objects, "tls.ja4.hash", text)["value"].tolist() == ["a"]
    assert new_values(text, "tls.ja4", objects)["value"].tolist() == ["a"]


def test_a_name_that_is_no_text_is_an_error(frame: pd.DataFrame) -> None:
    with pytest.raises(EveTypeError, match="takes the name of one field, not list"):
        unique(frame, ["http.hostname"])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["http.hostname", "timestamp"])
def test_two_columns_of_one_name_are_an_error(frame: pd.DataFrame, name: str) -> None:
    twice = pd.concat([frame, frame[[name]]], axis="columns")

    with pytest.raises(EveValueError, match=rf"unique.. needs one column '{name}'"):
        unique(twice, "http.hostname")


HOSTILE = ["", "\x00", "a\x00b", "gnp\u202eexe", "=cmd|' /C calc'!A0", "${jndi:x}", "é", "e\u0301"]


def test_hostile_text_is_text() -> None:
    texts = [*HOSTILE, "A" * 300_000, "A" * 299_999]
    frame = made(*({"http.hostname": text} for text in texts))

    found = unique(frame, "http.hostname")

    assert found["value"].tolist() == sorted(texts, key=str.encode)
    assert found["count"].tolist() == [1] * len(texts)


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()])
def test_large_integers_are_told_apart(kind: pa.DataType) -> None:
    top = 2**64 - 1 if kind == pa.uint64() else 2**63 - 1
    values = [top, top - 1, top, BIG + 1, BIG, BIG + 2, top - 1, top]
    frame = pd.DataFrame({"flow_id": arrow(values, kind)})

    assert unique(frame, "flow_id")["value"].tolist() == [top, top - 1, BIG, BIG + 1, BIG + 2]
    old = frame.iloc[[0, 3]]
    assert new_values(frame, "flow_id", old)["value"].tolist() == [top - 1, BIG, BIG + 2]


def test_rare_is_the_small_end_of_unique(frame: pd.DataFrame) -> None:
    whole = unique(frame, "http.hostname")

    found = rare(frame, "http.hostname", max_share=2 / 6)

    pd.testing.assert_frame_equal(found, whole.iloc[[2, 1]].reset_index(drop=True))
    assert len(rare(frame, "http.hostname")) == 0


def test_a_share_that_is_the_limit_is_rare() -> None:
    """One of a hundred is 1 %, one of ninety-nine is more."""
    frame = pd.DataFrame({"http.hostname": ["a"] * 99 + ["b"]})

    assert rare(frame, "http.hostname")["value"].tolist() == ["b"]
    assert len(rare(frame.iloc[1:], "http.hostname")) == 0


def test_groups_have_shares_of_their_own(frame: pd.DataFrame) -> None:
    found = rare(frame, "http.hostname", by=["server_ip", "event_type"], max_share=0.5)

    expected = table(
        arrow(["a", "c"], pa.string()), [1, 1], 2, ([20, None], [20, None]), ([1, 1], [1, 1])
    )
    expected.insert(0, "server_ip", arrow([S2, S2], pa.string()))
    expected.insert(1, "event_type", arrow(["http", "http"], pa.string()))
    pd.testing.assert_frame_equal(found, expected)


def test_the_smallest_share_comes_first_then_group_then_value() -> None:
    rows = [("z", "a")] * 3 + [("z", "b"), ("y", "d"), ("y", "c"), ("y", "c"), ("x", "e")]
    frame = pd.DataFrame(rows, columns=["app_proto", "http.hostname"])

    found = rare(frame, "http.hostname", by="app_proto", max_share=1)

    assert found[["app_proto", "value", "count"]].to_numpy().tolist() == [
        ["z", "b", 1],
        ["y", "d", 1],
        ["y", "c", 2],
        ["z", "a", 3],
        ["x", "e", 1],
    ]


@pytest.mark.parametrize("value", [0, -0.1, 1.01, 5, float("nan"), float("inf")])
def test_a_share_that_is_none_is_an_error(frame: pd.DataFrame, value: float) -> None:
    with pytest.raises(EveOptionError, match="above 0 and up to 1, not"):
        rare(frame, "http.hostname", max_share=value)


def test_percent_are_told_to_be_parts(frame: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError, match=r"5 % is 0\.05"):
        rare(frame, "http.hostname", max_share=5)


@pytest.mark.parametrize("value", [True, "0.1", None])
def test_a_share_that_is_no_number_is_an_error(frame: pd.DataFrame, value: Any) -> None:
    with pytest.raises(EveTypeError, match="max_share is a number"):
        rare(frame, "http.hostname", max_share=value)


@pytest.mark.parametrize(
    ("by", "error", "message"),
    [
        ([], EveOptionError, "an empty by"),
        ("http.hostname", EveOptionError, "is the field itself"),
        ("value", EveOptionError, "a column of the result is called 'value'"),
        (5, EveTypeError, "by names fields, not int"),
        (["src_ip", None], EveTypeError, "by names fields, not NoneType"),
        ("dns.grouped.A", EveTypeError, "cannot group by 'dns.grouped.A'"),
    ],
    ids=str,
)
def test_what_makes_no_groups_is_an_error(
    frame: pd.DataFrame, by: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        rare(frame, "http.hostname", by=by)


def test_new_values_are_rows_of_unique(frame: pd.DataFrame) -> None:
    whole = unique(frame, "http.hostname")
    expected = whole[whole["value"] != "a"].reset_index(drop=True)

    for baseline in (
        frame[frame["http.hostname"] == "a"],
        frame[["http.hostname"]].iloc[[2]],
        pd.Series(["a", None]),
        pd.Series(["a"], dtype="category"),
        pd.Index(["a", "q"]),
        np.array(["a"]),
        pa.array(["a", None]),
        pd.array(["a"], dtype="string"),
        {"a"},
        ["a", pd.NA, None],
        (value for value in ["a"]),
        unique(frame.iloc[[2]], "http.hostname")["value"],
    ):
        pd.testing.assert_frame_equal(new_values(frame, "http.hostname", baseline), expected)


def test_everything_is_new_to_a_log_without_the_field(frame: pd.DataFrame) -> None:
    """Also if only this frame knows it."""
    for name in ("http.hostname", "http.x_own"):
        mine = frame.rename(columns={"http.hostname": name})
        baselines: list[Any] = [frame[["timestamp", "src_ip"]], frame.iloc[:0], []]
        for baseline in baselines:
            found = new_values(mine, name, baseline)
            pd.testing.assert_frame_equal(found, unique(mine, name))


def test_nothing_is_new_in_a_log_without_the_field(frame: pd.DataFrame) -> None:
    theirs = frame.rename(columns={"flow_id": "own.number"})

    found = new_values(frame, "own.number", theirs)

    expected = table(arrow([], pa.int64()), [], 1, ([], []), ([], []))
    pd.testing.assert_frame_equal(found, expected)


def test_ends_are_compared_by_the_orientation_of_each_frame(frame: pd.DataFrame) -> None:
    """The client of the response in the third row is in the baseline as a source."""
    assert new_values(frame, "client_ip", frame.iloc[[0]])["value"].tolist() == [C2]
    assert new_values(frame, "server_ip", [S1])["value"].tolist() == [S2]


@pytest.mark.parametrize(
    ("values", "baseline"),
    [
        (arrow([80, 443, 8080], pa.uint16()), pd.Series([443.0, None, 80.0])),
        (arrow([80, 443, 8080], pa.uint16()), pd.Series([443, 80], dtype="Int64")),
        (arrow([80, 443, 8080], pa.uint16()), arrow([80, 443], pa.int32())),
        (arrow([80, 443, 8080], pa.uint16()), arrow(["80", "443"], pa.large_string())),
        (pd.Series([80.0, 443.0, 8080.0]), arrow([80, 443], pa.uint16())),
        (pd.Series([80, 443, 8080], dtype=object), [80, np.int64(443)]),
        (arrow([-1, 2**62, 8080], pa.int64()), arrow([2**62, 2**64 - 1], pa.uint64())),
    ],
    ids=str,
)
def test_numbers_are_compared_whatever_their_dtype(values: pd.Series, baseline: Any) -> None:
    found = new_values(pd.DataFrame({"dest_port": values}), "dest_port", baseline)

    expected = [-1, 8080] if -1 in values.tolist() else [8080]
    assert found["value"].tolist() == expected


def test_times_are_compared_with_their_text() -> None:
    frame = pd.DataFrame({"tls.notafter": seconds(1, 2)})

    found = new_values(frame, "tls.notafter", ["1970-01-01T01:00:01.000000+0100"])

    assert found["value"].tolist() == [pd.Timestamp(2, unit="s", tz="UTC")]


def test_objects_are_compared_by_what_they_hold() -> None:
    """Whatever the order of their keys, and which of them are missing throughout."""
    other = pa.list_(pa.struct([("value", pa.string()), ("name", pa.string()), ("x", pa.int64())]))
    frame = pd.DataFrame({"http.request_headers": arrow([[HOST, ACCEPT]], HEADERS)})
    old = arrow([[{"value": "h", "name": "Host", "x": None}]], other)

    found = new_values(frame, "http.request_headers", old)

    assert found["value"].tolist() == [ACCEPT]
    lists = [[HOST], None]
    assert new_values(frame, "http.request_headers", lists)["value"].tolist() == [ACCEPT]


def test_what_cannot_be_compared_is_an_error() -> None:
    frame = pd.DataFrame({"own": seconds(1), "event_type": "http"})

    with pytest.raises(EveTypeError, match=r"'own' are timestamp.* here and string in the base"):
        new_values(frame, "own", ["1970-01-01T00:00:01Z"])


@pytest.mark.parametrize("baseline", ["a", b"b", {"a": 1}, 5, None], ids=repr)
def test_a_baseline_that_is_none_is_an_error(frame: pd.DataFrame, baseline: Any) -> None:
    with pytest.raises(EveTypeError, match=r"earlier events or an iterable of known values"):
        new_values(frame, "http.hostname", baseline)


def test_a_baseline_of_two_dimensions_is_an_error(frame: pd.DataFrame) -> None:
    with pytest.raises(EveTypeError, match="one dimension, not 2"):
        new_values(frame, "http.hostname", np.array([["a"]]))
    with pytest.raises(EveTypeError, match="cannot be a MultiIndex"):
        new_values(frame, "http.hostname", pd.MultiIndex.from_tuples([("a", "b")]))


def test_a_baseline_frame_that_is_no_log_is_an_error(frame: pd.DataFrame) -> None:
    """The table of `unique` would silently make everything new."""
    with pytest.raises(MissingColumnError, match=r"its values are baseline\['value'\]"):
        new_values(frame, "http.hostname", unique(frame, "http.hostname"))
    with pytest.raises(MissingColumnError, match="it has no columns"):
        new_values(frame, "http.hostname", pd.DataFrame())


def as_lines(frame: pd.DataFrame) -> io.BytesIO:
    file = io.BytesIO()
    frame.eve.to_json(file)
    file.seek(0)
    return file


FIELDS = ["http.hostname", "flow_id", "dest_port", "timestamp", "client_ip", "src_ip"]


@pytest.mark.parametrize("field", [*FIELDS, "dns.grouped.A", "http.request_headers"])
def test_other_dtypes_give_the_same_tables(frame: pd.DataFrame, field: str) -> None:
    """Those of `numpy_nullable`, and those of pandas' own readers."""
    frame = frame.drop(columns="flow_id") if field != "flow_id" else frame
    expected = unique(suricata_eve.read_eve(as_lines(frame)), field)
    nullable = suricata_eve.read_eve(as_lines(frame), dtype_backend="numpy_nullable")
    plain = pd.json_normalize([json.loads(line) for line in as_lines(frame)])

    pd.testing.assert_frame_equal(unique(nullable, field), expected)
    if field != "flow_id":  # floats by now, and inexact
        pd.testing.assert_frame_equal(unique(plain, field), expected)
        pd.testing.assert_frame_equal(unique(plain.eve.normalize_types(), field), expected)


def test_the_frames_are_not_changed(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)

    for found in (unique(frame, "flow_id"), new_values(frame, "http.hostname", frame.iloc[[2]])):
        found["value"] = 5
        found.loc[0, "count"] = 77
    rare(frame, "flow_id", by="http.hostname", max_share=1)

    pd.testing.assert_frame_equal(frame, before)


SAMPLES = pytest.mark.parametrize("sample", ["sample7", "sample8"])


@SAMPLES
def test_planted_lookups_are_rare_user_agents(
    request: pytest.FixtureRequest, truth: dict[str, Any], sample: str
) -> None:
    """A few requests each, in the middle of some thousand."""
    frame = request.getfixturevalue(sample)
    http = events(orient(frame), "http")
    planted: dict[str, set[str]] = {}
    for flow in truth["log4j_flows"]:
        for field in flow["fields"]:
            if field["field"] == "http.http_user_agent":
                planted.setdefault(field["value"], set()).add(flow["src_ip"])

    found = rare(http, "http.http_user_agent").set_index("value")

    assert set(planted) <= set(found.index)
    assert found.loc[list(planted), "clients"].tolist() == [len(c) for c in planted.values()]
    normal = http[~http["http.http_user_agent"].isin(list(planted))]
    fresh = new_values(http, "http.http_user_agent", normal)
    assert set(fresh["value"]) == set(planted)


@SAMPLES
def test_planted_ports_are_rare_by_protocol(
    request: pytest.FixtureRequest, truth: dict[str, Any], sample: str
) -> None:
    """A web server on another port stands out among the flows of its protocol."""
    flows = events(request.getfixturevalue(sample), "flow")

    found = rare(flows, "server_port", by="app_proto")

    odd = set(found.loc[found["app_proto"] == "http", "value"])
    for key in ("http_on_4444", "http_on_8888", "http_on_50080", "http_on_8443"):
        assert {flow["dest_port"] for flow in truth["special"][key]} <= odd
    assert 80 not in odd


@SAMPLES
@pytest.mark.parametrize("field", ["event_type", "flow_id", "alert.signature", "tls.sni"])
def test_counts_and_times_are_those_of_a_summary(
    request: pytest.FixtureRequest, sample: str, field: str
) -> None:
    frame = request.getfixturevalue(sample)

    found = unique(frame, field)

    summary = group_summary(orient(frame), field, ["client_ip", "server_ip"])
    same = summary.rename(columns={field: "value", "client_ip.nunique": "clients"})
    same = same.assign(servers=same.pop("server_ip.nunique"))
    for side in ("clients", "servers"):  # a summary counts what is missing as 0
        same[side] = same[side].where(same[side] > 0)
    columns = ["value", "count", "first_seen", "last_seen", "clients", "servers"]
    pd.testing.assert_frame_equal(found[columns], same[columns])
    assert abs(found["share"].sum() - 1) < 1e-9


def test_the_community_id_is_there_without_its_column(sample7: pd.DataFrame) -> None:
    without = sample7.drop(columns="community_id")

    pd.testing.assert_frame_equal(
        unique(events(without, "flow"), "community_id"),
        unique(events(sample7, "flow"), "community_id"),
    )
    assert len(rare(without, "app_proto", by="community_id", max_share=1)) > 1000


def test_a_known_address_is_not_new_however_it_is_spelled() -> None:
    """Suricata writes IPv6 in full."""
    frame = pd.DataFrame(
        {
            "timestamp": pd.to_datetime([0, 1], unit="s", utc=True),
            "src_ip": ["2001:0db8:0000:0000:0000:0000:0000:0001", "192.0.2.1"],
            "dest_ip": ["192.0.2.2", "192.0.2.2"],
        }
    )

    found = new_values(frame, "src_ip", ["2001:DB8::1", "not an address"])

    assert found["value"].tolist() == ["192.0.2.1"]
