"""``df.eve`` is one thin call per method, and there for every frame with a field of EVE."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from suricata_eve import EveError, NotEveFrameError, analysis
from suricata_eve.accessor import EveAccessor
from suricata_eve.graph import to_networkx
from suricata_eve.normalize import normalize_types
from suricata_eve.pcap import to_pcap
from suricata_eve.reports import report
from suricata_eve.writer import to_json

ELSEWHERE: dict[str, Callable[..., Any]] = {
    "normalize_types": normalize_types,
    "report": report,
    "to_json": to_json,
    "to_networkx": to_networkx,
    "to_pcap": to_pcap,
}
# Beside these, every function of analysis is a method but the one that `orient` adds columns of.
METHODS: dict[str, Callable[..., Any]] = ELSEWHERE | {
    name: getattr(analysis, name) for name in analysis.__all__ if name != "orientation"
}
WRITERS = {"report", "to_json", "to_pcap", "to_networkx"}
# Properties with methods of their own, tested beside what they are about.
NAMESPACES = {"plot"}
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("alerts", (), {"severity": 1, "view": "concise"}),
    ("alerts", (), {"signature": "Log4j", "category": None, "decoder_events": False}),
    ("alerts", (), {"sid": [9000020, 9000021], "category": "Misc activity"}),
    ("by_flow", (), {}),
    ("by_flow", ([1],), {}),
    ("events", (["dns", "tls"],), {}),
    ("group_summary", ("dest_port", "src_ip"), {"max_unique": 3}),
    ("normalize_types", (), {"errors": "coerce", "integer_na": 0}),
    ("payloads", (["http.url"],), {"kinds": ("base64",), "content": "any"}),
    ("orient", (), {}),
    ("community_id", (), {"seed": 5, "dialect": "spec"}),
    ("related", ([443],), {"on": "server_port"}),
    ("unexpected_ports", (), {"expected": {"dns": [5353]}}),
    ("unique", ("tls.sni",), {}),
    ("rare", ("tls.sni",), {"by": "server_ip", "max_share": 0.5}),
    ("new_values", ("tls.sni", ["www.example.org"]), {}),
    ("fields", (), {}),
    ("indicators", ("domain",), {"sources": "fields", "defang": True}),
    *((view, (), {"alerts": False}) for view in ("dns", "http", "tls", "ssh", "smb", "files")),
    ("flows", (), {}),
    ("stats", (), {"counters": ["decoder.pkts"]}),
    ("timeline", ("198.18.2.240",), {}),
    ("features", (["client_ip", "dest_port"],), {}),
    ("edges", ("client_ip",), {"target": "dest_port"}),
]


def test_the_accessor_has_these_methods_and_nothing_else() -> None:
    public = {name for name in dir(EveAccessor) if not name.startswith("_")}

    assert public == METHODS.keys() | NAMESPACES


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_takes_what_its_function_takes(name: str) -> None:
    """The same names, kinds and defaults, none of them hidden in ``**kwargs``."""
    _, *own = inspect.signature(getattr(EveAccessor, name)).parameters.values()
    _, *other = inspect.signature(METHODS[name]).parameters.values()

    assert [(p.name, p.kind, p.default) for p in own] == [
        (p.name, p.kind, p.default) for p in other
    ]
    assert not any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in own)


def test_every_method_is_called() -> None:
    assert {name for name, _, _ in CALLS} == METHODS.keys() - WRITERS


@pytest.mark.parametrize(("name", "given", "options"), CALLS, ids=str)
def test_a_method_gives_what_its_function_gives(
    sample7: pd.DataFrame, name: str, given: tuple[Any, ...], options: dict[str, Any]
) -> None:
    events = sample7[sample7["event_type"].isin(["alert", "dns", "flow", "tls"])]

    mine = getattr(events.eve, name)(*given, **options)
    theirs = METHODS[name](events, *given, **options)

    assert type(mine) is type(theirs)
    pd.testing.assert_frame_equal(pd.DataFrame(mine), pd.DataFrame(theirs))


def test_a_method_writes_what_its_function_writes(sample7: pd.DataFrame) -> None:
    events = sample7.head(10)
    mine, theirs = io.BytesIO(), io.BytesIO()
    EveAccessor(events).to_json(mine, compression="gzip", non_finite="drop")
    to_json(events, theirs, compression="gzip", non_finite="drop")

    assert mine.getvalue() == theirs.getvalue()


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_is_documented_in_full(name: str) -> None:
    text = inspect.getdoc(getattr(EveAccessor, name)) or ""
    parameters = list(inspect.signature(getattr(EveAccessor, name)).parameters)[1:]

    returns = () if name in WRITERS else ("Returns",)
    takes = ("Parameters",) if parameters else ()
    for section in (*takes, *returns, "Raises", "See Also", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    assert all(f"\n{parameter} : " in text for parameter in parameters)
    assert ">>> " in text


@pytest.mark.parametrize(
    "columns",
    [["event_type"], ["x", "alert.signature"], ["alert"], ["http.url", 5, None], ["flow_id"]],
    ids=str,
)
def test_one_field_of_eve_is_enough(columns: list[Any]) -> None:
    frame = pd.DataFrame([range(len(columns))], columns=pd.Index(columns, dtype=object))

    assert isinstance(frame.eve, EveAccessor)


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ([], "(it has none)"),
        (["a", "b"], "('a', 'b')"),
        ([1, None], "(1, None)"),
        (list("abcdefg"), "('a', 'b', 'c', 'd', 'e', ...)"),
    ],
    ids=str,
)
def test_a_frame_of_something_else_has_no_accessor(columns: list[Any], shown: str) -> None:
    frame = pd.DataFrame([range(len(columns))], columns=pd.Index(columns, dtype=object))

    assert not hasattr(frame, "eve")
    with pytest.raises(NotEveFrameError) as caught:
        _ = frame.eve
    assert shown in str(caught.value)
    assert "suricata_eve.read_eve()" in str(caught.value)
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, EveError)


def test_dir_of_a_frame_of_something_else_works() -> None:
    assert "columns" in dir(pd.DataFrame({"a": [1]}))


def test_columns_of_several_levels_have_no_accessor() -> None:
    frame = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("alert", "severity")]))

    assert not hasattr(frame, "eve")


def test_the_accessor_holds_the_frame_and_nothing_else(sample7: pd.DataFrame) -> None:
    """From pandas 3 on, every ``df.eve`` makes a new one."""
    held = vars(sample7.eve)

    assert list(held) == ["_frame"]
    assert held["_frame"] is sample7


def test_methods_can_be_chained(sample7: pd.DataFrame) -> None:
    chained = sample7.eve.by_flow(sample7.eve.alerts(sid=range(9000001, 9000010))).eve.payloads()

    assert {"callback_host", "decoded"} <= set(chained.columns)
    assert len(chained.eve.group_summary("callback_host", ["decoded"])) > 5
