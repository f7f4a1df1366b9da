"""Dtypes on Dask: known before the values are, and values that do not fit are errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd
from dask_frames import failing, in_parts

import suricata_eve
import suricata_eve.dask
from suricata_eve import EveOptionError, EveTypeError, EveValueError, EveWarning
from suricata_eve.schema.fields import arrow_type, fields

EVENTS: list[dict[str, Any]] = [
    {"event_type": "tls", "dest_port": 443, "flow_id": 2**50 + 1, "vlan": [5], "tls.sni": "a"},
    {"event_type": "stats", "timestamp": "2022-01-01T00:00:00.000001+0100", "x.ratio": 0.5},
    {"event_type": "tls", "dest_port": 8443, "x.ratio": 1.0, "x.text": "b"},
    {"event_type": "alert", "alert.metadata.tag": ["c", "d"], "smb.session_id": 7},
]
PLAIN = pd.json_normalize(EVENTS)


@pytest.fixture(autouse=True)
def scheduler() -> Any:
    with dask.config.set({"scheduler": "sync", "dataframe.convert-string": False}):
        yield


@pytest.mark.parametrize("sizes", [[4], [1, 1, 1, 1], [0, 3, 1]], ids=str)
def test_a_flat_frame_has_the_dtypes_that_it_has_in_pandas(sizes: list[int]) -> None:
    got = in_parts(PLAIN, sizes).eve.normalize_types()

    pd.testing.assert_frame_equal(got.compute(), PLAIN.eve.normalize_types())
    assert got._meta.dtypes.equals(PLAIN.eve.normalize_types().dtypes)


def test_the_dtypes_are_those_that_were_told_before_and_of_every_partition() -> None:
    got = in_parts(PLAIN, [1, 1, 2]).eve.normalize_types()

    for part in got.to_delayed():
        assert part.compute().dtypes.equals(got._meta.dtypes)


def test_lines_that_dask_reads_get_the_dtypes_of_read_eve(tmp_path: Path) -> None:
    log = tmp_path / "eve.json"
    fine = [{"dest_port": 443, "vlan": [5]}, {"dest_port": 53, "vlan": [1]}]
    lines = [
        EVENTS[0] | {"timestamp": "2022-01-01T00:00:00.000001+0000"} | fine[n % 2]
        for n in range(40)
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    read = dd.read_json(log, lines=True, blocksize=1000)
    got = read.eve.normalize_types().compute()

    expected = suricata_eve.read_eve(log)
    assert read.npartitions > 3
    pd.testing.assert_frame_equal(
        got.reset_index(drop=True)[list(expected.columns)], expected.reset_index(drop=True)
    )


def test_objects_become_the_fields_that_the_schema_has_in_them() -> None:
    """Row by row the same values as in pandas; the others of the schema are empty."""
    frame = pd.DataFrame(
        {
            "event_type": ["tls", "alert", "tls"],
            "tls": [{"sni": "a", "version": "TLS 1.3"}, None, {"sni": "b"}],
            "alert": [None, {"severity": 1, "metadata": {"tag": ["x"]}}, None],
        }
    )
    got = in_parts(frame, [1, 2]).eve.normalize_types()
    expected = frame.eve.normalize_types()

    names = {name for name in fields() if name.startswith(("tls.", "alert."))}
    typed = {name for name in names if arrow_type(name) is not None}
    assert set(got.columns) == {"event_type", *typed}
    found = got.eve.to_pandas()
    pd.testing.assert_frame_equal(found[list(expected.columns)], expected)
    assert set(found.columns) == set(expected.columns)


def test_structs_become_columns_as_in_pandas() -> None:
    kind = pa.struct([("sni", pa.string()), ("mine", pa.int32())])
    frame = pd.DataFrame(
        {"tls": pd.arrays.ArrowExtensionArray(pa.array([{"sni": "a", "mine": 5}, None], kind))}
    )
    got = in_parts(frame, [1, 1]).eve.normalize_types()

    pd.testing.assert_frame_equal(got.compute(), frame.eve.normalize_types())
    assert got._meta.dtypes.equals(frame.eve.normalize_types().dtypes)


def test_unknown_floats_of_numpy_stay_floats_also_where_all_are_whole() -> None:
    """Only all of the values tell whether they were integers; they are the same ones."""
    frame = pd.DataFrame({"event_type": ["a", "b"], "x.count": [1.0, None]})
    got = in_parts(frame, [1, 1]).eve.normalize_types().compute()

    assert str(got["x.count"].dtype) == "double[pyarrow]"
    assert got["x.count"].tolist() == frame.eve.normalize_types()["x.count"].tolist()


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("x.mine", ["a", 5], "column 'x.mine' holds values of int64"),
        ("x.mine", ["a", {"b": 1}], r"the field 'x.mine.b' \(1\) is inside an object"),
        ("tls", [None, {"mine": "a"}], "the field 'tls.mine' .* drop its column 'tls'"),
        ("dns.answers", [None, [{"rrname": "a"}]], "column 'dns.answers' holds values of list"),
        ("dns", [None, {"answers": [{"rrname": "a"}]}], "the field 'dns.answers'"),
    ],
    ids=["a number", "an object", "a new field", "a list of objects", "objects in an object"],
)
@pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning")
def test_what_was_not_known_before_is_an_error_and_no_other_dtype(
    column: str, values: list[Any], message: str
) -> None:
    frame = pd.DataFrame({"event_type": ["a", "b"], column: pd.Series(values, dtype=object)})
    got = in_parts(frame, [1, 1]).eve.normalize_types()

    with pytest.raises(EveTypeError, match=message):
        got.compute()


def test_a_value_that_does_not_fit_is_an_error_or_missing() -> None:
    frame = pd.DataFrame({"event_type": ["a", "b"], "dest_port": [80, 70000]})
    ddf = in_parts(frame, [1, 1])

    with pytest.raises(EveValueError, match="column 'dest_port' holds 70000"):
        ddf.eve.normalize_types().compute()
    with pytest.warns(EveWarning, match="1 value became <NA>"):
        got = ddf.eve.normalize_types(errors="coerce").compute()
    assert got["dest_port"].tolist() == [80, pd.NA]


def test_missing_integers_are_filled_in_every_partition() -> None:
    got = in_parts(PLAIN, [1, 3]).eve.normalize_types(integer_na=0).compute()

    pd.testing.assert_frame_equal(got, PLAIN.eve.normalize_types(integer_na=0))


def test_columns_that_no_frame_may_have_are_told_at_once() -> None:
    twice = PLAIN.set_axis(["event_type"] * PLAIN.shape[1], axis="columns")

    with pytest.raises(EveTypeError, match="two columns named 'event_type'"):
        in_parts(twice, [2, 2]).eve.normalize_types()


def test_large_integers_stay_what_they_are() -> None:
    """A column of uint64 is one in every partition, also where its values are small."""
    ids = pd.Series([1, None, 2**64 - 1], dtype="uint64[pyarrow]")
    frame = pd.DataFrame({"event_type": ["tls"] * 3, "flow_id": ids})

    for given in (frame, frame.astype({"flow_id": "UInt64"})):
        got = in_parts(given, [1, 1, 1]).eve.normalize_types()

        assert got._meta.dtypes["flow_id"] == ids.dtype
        pd.testing.assert_frame_equal(got.compute(), given.eve.normalize_types())


def test_what_cannot_be_put_in_a_column_is_an_error_at_once() -> None:
    ddf = failing(PLAIN)

    with pytest.raises(EveOptionError, match="does not fit column 'dest_port' of uint16"):
        ddf.eve.normalize_types(integer_na=-1)
    with pytest.raises(EveOptionError, match="does not fit"):
        ddf.eve.normalize_types(integer_na=2**70)


def test_lists_that_dask_turned_into_text_are_told_as_such() -> None:
    with dask.config.set({"dataframe.convert-string": True}):
        ddf = dd.from_pandas(PLAIN[["event_type", "alert.metadata.tag"]], npartitions=2)

        with (
            pytest.warns(EveWarning, match="not of their schema type"),
            pytest.raises(EveTypeError, match=r"metadata.tag'.*'dataframe.convert-string': False"),
        ):
            ddf.eve.normalize_types().compute()
