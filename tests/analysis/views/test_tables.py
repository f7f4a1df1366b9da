"""What all tables of protocols promise: columns, order, errors, and values that do not fit."""

from __future__ import annotations

import gzip
import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import dns, files, http, smb, ssh, tls
from suricata_eve.analysis.views import largetext
from suricata_eve.analysis.views.tables import COMMON, Column, choose, table
from suricata_eve.analysis.views.values import exactly, member, to_lists
from suricata_eve.errors import EveTypeError, EveValueError, EveWarning, MissingColumnError

View = Callable[..., pd.DataFrame]
VIEWS: list[View] = [dns, files, http, smb, ssh, tls]
EVERY_VIEW = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
OWN = {"files": "fileinfo"}
WHEN = "2026-01-01T00:00:00.000000+0000"


def read(*events: dict[str, Any]) -> pd.DataFrame:
    made = [{"timestamp": WHEN, **event} for event in events]
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, made)).encode()))


def column(found: pd.DataFrame, name: str) -> list[Any]:
    values: list[Any] = pa.array(found[name].array).to_pylist()
    return values


def of(view: View, **more: Any) -> dict[str, Any]:
    name = OWN.get(view.__name__, view.__name__)
    return {"event_type": name, name: {"x": 1}, **more}


@EVERY_VIEW
def test_the_first_columns_and_the_last_are_common(view: View, sample7: pd.DataFrame) -> None:
    found = view(sample7)

    assert list(found.columns[:7]) == list(COMMON)
    assert list(found.columns[-2:]) == ["signature", "host"]
    for name, kind in COMMON.items():
        assert found[name].dtype == pd.ArrowDtype(kind)
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in found.dtypes)


@EVERY_VIEW
def test_both_releases_and_a_log_without_events_have_the_same_columns(
    view: View, sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    nothing = read({"event_type": "stats"})

    expected = view(sample7).dtypes
    for frame in (sample8, nothing, sample7.iloc[:0]):
        pd.testing.assert_series_equal(view(frame).dtypes, expected)
    assert len(view(nothing)) == 0


@EVERY_VIEW
def test_the_method_is_the_function(view: View, sample8: pd.DataFrame) -> None:
    method = getattr(sample8.eve, view.__name__)

    pd.testing.assert_frame_equal(method(), view(sample8))
    pd.testing.assert_frame_equal(method(alerts=False), view(sample8, alerts=False))


@EVERY_VIEW
def test_alerts_are_rows_unless_left_out(view: View, sample7: pd.DataFrame) -> None:
    own = OWN.get(view.__name__, view.__name__)

    found, without = view(sample7), view(sample7, alerts=False)

    assert set(without["event_type"]) == {own}
    pd.testing.assert_frame_equal(found[found["event_type"] == own], without)
    added = found[found["event_type"] != own]
    assert set(added["event_type"]) <= {"alert"}
    assert added["signature"].notna().all()
    assert without["signature"].isna().all()


@EVERY_VIEW
def test_rows_are_in_time_order_and_keep_their_labels(view: View, sample8: pd.DataFrame) -> None:
    found = view(sample8)

    assert found["timestamp"].is_monotonic_increasing
    times = sample8["timestamp"].loc[found.index]
    assert times.tolist() == found["timestamp"].tolist()


@EVERY_VIEW
def test_ties_stand_in_the_order_of_the_file_and_rows_without_a_time_at_the_end(
    view: View,
) -> None:
    frame = read(of(view), {"event_type": "stats"}, of(view), of(view), of(view))
    frame["timestamp"] = frame["timestamp"].where(frame.index != 2)
    shuffled = frame.loc[[4, 2, 0, 1, 3]]

    assert view(shuffled).index.tolist() == [0, 3, 4, 2]


@EVERY_VIEW
def test_any_index_stays(view: View) -> None:
    frame = read(of(view), of(view), {"event_type": "stats"})

    for index in (["b", "a", "b"], [7, 7, 7], pd.date_range("2026", periods=3)):
        labelled = frame.set_axis(pd.Index(index))
        found = view(labelled)
        assert found.index.equals(labelled.index[:2])
        pd.testing.assert_frame_equal(
            found.reset_index(drop=True), view(frame).reset_index(drop=True)
        )


@EVERY_VIEW
def test_chunks_do_not_matter(view: View, sample8: pd.DataFrame) -> None:
    pieces = [sample8.iloc[start : start + 700] for start in range(0, len(sample8), 700)]
    cut = pd.concat(pieces)

    pd.testing.assert_frame_equal(view(cut), view(sample8))


@EVERY_VIEW
def test_nothing_is_told_where_all_fits(view: View, sample7: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view(sample7)


@EVERY_VIEW
@pytest.mark.parametrize("name", ["event_type", "timestamp"])
def test_what_a_view_needs_is_named(view: View, name: str) -> None:
    frame = read(of(view)).drop(columns=name)

    with pytest.raises(MissingColumnError, match=rf"{view.__name__}\(\) needs .*'{name}'"):
        view(frame)


@EVERY_VIEW
@pytest.mark.parametrize("value", ["no", 1, None])
def test_alerts_is_true_or_false(view: View, value: Any) -> None:
    with pytest.raises(EveTypeError, match=f"alerts is True or False, not .*{value!r}"):
        view(read(of(view)), alerts=value)


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (dns, {"dns": {"type": "query"}}),
        (files, {"fileinfo": {"size": 1}}),
        (http, {"http": {"url": "/"}}),
        (smb, {"smb": {"id": 1}}),
        (ssh, {"ssh": {"client": {"software_version": "a"}}}),
        (tls, {"tls": {"sni": "a"}}),
    ],
)
def test_events_that_are_not_flat_are_refused(view: View, told: dict[str, Any]) -> None:
    """Their values would look as if they were missing."""
    made = pd.DataFrame([of(view, timestamp=WHEN, **told), {"event_type": "stats"}])

    with pytest.raises(MissingColumnError, match=r"is not flat: df\.eve\.normalize_types\(\)"):
        view(made)

    assert len(view(made.eve.normalize_types())) == 1


def test_a_field_that_is_an_object_in_other_events_is_not_refused() -> None:
    frame = read(of(http, http={"url": "/"}))
    frame["tls"] = pd.Series([pd.NA], index=frame.index, dtype=object)
    other = pd.DataFrame({"event_type": ["stats"], "timestamp": [WHEN], "http": [{"a": 1}]})

    both = pd.concat([frame, other], ignore_index=True)

    assert column(http(both), "url") == ["/"]


def test_ids_beyond_int64_stay_exact() -> None:
    frame = read(of(http, flow_id=2**64 - 1), of(http, flow_id=2**53 + 1), of(http))

    found = http(frame)

    assert found["flow_id"].dtype == pd.ArrowDtype(pa.uint64())
    assert column(found, "flow_id") == [2**64 - 1, 2**53 + 1, None]


def test_without_addresses_nobody_is_client() -> None:
    found = http(read(of(http, http={"url": "/"})))

    for name in ("client_ip", "client_port", "server_ip", "server_port"):
        assert column(found, name) == [None]


def test_what_does_not_fit_is_missing_and_counted() -> None:
    """Digits are read from text; other text, and what exceeds the type, is not guessed."""
    frame = read(*(of(http, tx_id=number) for number in range(4)))
    frame["http.status"] = pd.Series(["200", "OK", "4.5", None], dtype=object)
    frame["http.length"] = pd.Series([1, 2**63, 2**64 - 1, None], dtype="UInt64")
    frame["http.http_port"] = pd.Series([80, 65536, -1, None], dtype="Int64")
    before = frame.copy(deep=True)

    told = (
        r"^http\(\): 6 values .* <NA>: http.http_port \(2\), http.length \(2\), http.status \(2\)"
    )
    with pytest.warns(EveWarning, match=told) as caught:
        found = http(frame)

    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert column(found, "status") == [200, None, None, None]
    assert column(found, "length") == [1, None, None, None]
    assert column(found, "http_port") == [80, None, None, None]
    pd.testing.assert_frame_equal(frame, before)


def test_floats_that_may_stand_for_several_integers_are_missing() -> None:
    frame = read(*(of(http, tx_id=number) for number in range(4)))
    frame["http.length"] = np.array([2.0**53 - 1, 2.0**53, 0.5, np.nan])

    with pytest.warns(EveWarning, match=r"http.length \(2\)"):
        found = http(frame)

    assert column(found, "length") == [2**53 - 1, None, None, None]


def test_times_that_are_none_are_told_once() -> None:
    frame = read(of(http), of(http))
    frame["timestamp"] = pd.Series(["2026-01-01T00:00:00Z", "yesterday"], dtype=object)

    with pytest.warns(EveWarning, match="'yesterday'") as caught:
        found = http(frame)

    assert len(caught) == 1
    assert found["timestamp"].isna().tolist() == [False, True]


def test_two_columns_of_one_name_are_refused() -> None:
    frame = read(of(http, http={"url": "/"}))
    twice = pd.concat([frame, frame[["http.url"]]], axis="columns")

    with pytest.raises(EveValueError, match=r"one column 'http\.url', and this frame has 2"):
        http(twice)


def test_the_first_field_with_a_value_wins() -> None:
    frame = read({"event_type": "a", "x": "1", "y": 2}, {"event_type": "a", "y": 3})
    positions = choose(frame, ["a"], method="a")

    found = table(frame, positions, [Column("z", pa.int64(), ("x", "y", "w"))], method="a")

    assert column(found, "z") == [1, 3]
    assert list(found.columns) == [*COMMON, "z"]


TEXTS = pa.list_(pa.string())


@pytest.mark.parametrize(
    ("given", "kind", "expected", "lost"),
    [
        (pa.array(["1", " 2 ", "x", None]), pa.int64(), [1, 2, None, None], 1),
        (pa.array([True]), pa.int64(), [None], 1),
        (pa.array([1.0, float("nan"), 1.5]), pa.int64(), [1, None, None], 1),
        (pa.array(["9007199254740993.0", "9007199254740993"]), pa.int64(), [None, 2**53 + 1], 1),
        (pa.array([2**64 - 1], pa.uint64()), pa.int64(), [None], 1),
        (pa.array([2**64 - 1], pa.uint64()), pa.uint64(), [2**64 - 1], 0),
        (pa.array([-1, 1]), pa.uint64(), [None, 1], 1),
        (pa.array(["true", "0", "yes"]), pa.bool_(), [True, False, None], 1),
        (pa.array([1, 2]), pa.bool_(), [True, None], 1),
        (pa.array([80, 1.5]), pa.string(), ["80", "1.5"], 0),
        (pa.array([["a"]]), pa.string(), ['["a"]'], 0),
        (pa.array([["a", None], None, []]), TEXTS, [["a", None], None, []], 0),
        (pa.array([[1, 2]]), TEXTS, [["1", "2"]], 0),
        (pa.array(["a", '["b","c"]', "[d"]), TEXTS, [["a"], ["b", "c"], ["[d"]], 0),
        (pa.array(['["e",1]']), TEXTS, [['["e",1]']], 0),
        (pa.array([5, None]), TEXTS, [["5"], None], 0),
        (pa.array([{"a": 1}]), TEXTS, [None], 1),
        (pa.array([[{"a": 1}]]), TEXTS, [None], 1),
        (pa.nulls(2), TEXTS, [None, None], 0),
    ],
)
def test_values_come_exactly_or_not_at_all(
    given: pa.Array, kind: pa.DataType, expected: list[Any], lost: int
) -> None:
    found = exactly(given, kind)

    assert found.array.type == kind
    assert found.array.to_pylist() == expected
    assert found.lost == lost


def test_what_is_no_object_has_no_members() -> None:
    objects = pa.array([{"a": 1}, None, {"a": None}])

    assert member(objects, "a").to_pylist() == [1, None, None]
    assert member(objects[1:], "a").to_pylist() == [None, None]
    assert member(objects, "b").to_pylist() == [None, None, None]
    assert member(pa.array([1]), "a").to_pylist() == [None]


def test_a_list_of_none_is_null() -> None:
    made = to_lists(np.array([2, 0, 1]), pa.array(["a", None, "c"]))

    assert made.to_pylist() == [["a", None], None, ["c"]]


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """The sample as json_normalize gives it: objects, floats, text."""
    path = Path(suricata_eve.__file__).parent / "sample" / "log4j.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return pd.json_normalize([json.loads(line) for line in lines])


@EVERY_VIEW
def test_frames_that_came_another_way_give_the_same_table(
    view: View, plain: pd.DataFrame, sample7: pd.DataFrame
) -> None:
    pd.testing.assert_frame_equal(view(plain), view(sample7), check_index_type=False)


@EVERY_VIEW
def test_a_part_of_an_oriented_frame_keeps_its_clients(view: View, sample8: pd.DataFrame) -> None:
    oriented = sample8.eve.orient()
    own = oriented[oriented["event_type"] == OWN.get(view.__name__, view.__name__)]

    pd.testing.assert_frame_equal(view(own), view(sample8, alerts=False))


def as_large(kind: pa.DataType) -> pa.DataType:
    """Return a type with the offsets of 64 bits that other programs write."""
    if pa.types.is_string(kind):
        return pa.large_string()
    return pa.large_list(kind.value_type) if pa.types.is_list(kind) else kind


@EVERY_VIEW
def test_the_width_of_offsets_does_not_matter(view: View, sample7: pd.DataFrame) -> None:
    large = {
        name: column.astype(pd.ArrowDtype(as_large(column.dtype.pyarrow_dtype)))
        for name, column in sample7.items()
        if isinstance(column.dtype, pd.ArrowDtype)
    }

    pd.testing.assert_frame_equal(view(pd.DataFrame(large)), view(sample7))


@pytest.fixture
def small_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """An array holds 40 bytes of text instead of 2 GB."""
    monkeypatch.setattr(largetext, "LIMIT", 40)


@pytest.mark.usefixtures("small_arrays")
@pytest.mark.parametrize("dtype", [pd.ArrowDtype(pa.large_string()), "string", object])
def test_more_text_than_one_array_holds_is_read_in_parts(dtype: Any) -> None:
    texts = ["/" + "a" * 9, None, "/" + "b" * 9, "/" + "c" * 9, "/" + "d" * 9]
    log = read(*({"event_type": "http", "http": {"url": text}} for text in texts))

    found = http(log.assign(**{"http.url": log["http.url"].astype(dtype)}))

    assert column(found, "url") == texts
    assert found["url"].dtype == pd.ArrowDtype(pa.string())


@pytest.mark.usefixtures("small_arrays")
def test_a_text_larger_than_an_array_is_refused() -> None:
    log = read({"event_type": "http", "http": {"url": "/" * 50}})
    log["http.url"] = log["http.url"].astype(pd.ArrowDtype(pa.large_string()))

    with pytest.raises(EveValueError, match=r"^http\(\): 'http.url' has more than 2 GB of text in"):
        http(log)


@pytest.mark.usefixtures("small_arrays")
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_view_that_needs_the_whole_text_says_so(kind: pa.DataType) -> None:
    told = {"type": "query", "rrname": "a" * 30}
    log = read(*[{"event_type": "dns", "dns": told}] * 2)
    log["dns.rrname"] = log["dns.rrname"].astype(pd.ArrowDtype(kind))

    with pytest.raises(
        EveValueError, match=r"^dns\(\): 'dns.rrname' has more than 2 GB of text in"
    ):
        dns(log)


@EVERY_VIEW
def test_events_without_any_field_of_their_protocol_are_told(
    view: View, sample7: pd.DataFrame
) -> None:
    """The columns were left out, or a view was taken of a view."""
    name, own = view.__name__, of(view)["event_type"]
    bare = sample7[["timestamp", "event_type", "src_ip", "dest_ip"]]

    for given in (bare, view(sample7, alerts=False)):
        number = int((given["event_type"] == own).sum())
        message = (
            rf"^{name}\(\): the frame has no column '{own}\.\*' for its {number} {own} events:"
        )
        with pytest.warns(EveWarning, match=message) as told:
            found = view(given)
        assert len(told) == 1
        assert len(found) == number


@EVERY_VIEW
def test_a_log_whose_own_objects_are_empty_is_a_log(view: View) -> None:
    own = of(view)["event_type"]
    with pytest.warns(EveWarning, match=f"for its 1 {own} event: "):
        found = view(read(of(view, **{own: {}})))
    assert len(found) == 1


@EVERY_VIEW
def test_nothing_is_told_of_a_log_without_the_protocol(view: View) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert view(read({"event_type": "stats"})).empty
