"""What a log of an attacker's, or a night at the sensor, does to a dataset: nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suricata_eve import read_eve, scan_eve
from suricata_eve.dataset_reader import read_dataset
from suricata_eve.errors import EveOptionError, EveTypeError

EVENT = b'{"timestamp":"2026-03-02T10:00:00Z","event_type":"dns"}\n'
LONG = b"x" * 300

pytestmark = pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning")


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected)
    for name in ("lines", "bad_values", "bad_value_reasons"):
        assert found.attrs["eve"][name] == expected.attrs["eve"][name]


def test_a_dataset_below_the_logs_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "eve.json").write_bytes(EVENT)
    dest = tmp_path / "dataset"
    statuses = [
        scan_eve(tmp_path / pattern).to_parquet(dest)["status"].to_list()
        for pattern in ("**/*.json*", "**/*.json*", "**")
    ]
    assert statuses == [["written"], ["known"], ["known"]]
    assert len(read_dataset(dest)) == 1


@pytest.mark.parametrize("name", ["eve:2026", "file:x", "a b%20c", "%2e", "a?b*[c]", "\u00fc/x"])
def test_any_name_of_a_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        scan_eve(EVENT).to_parquet(name)
    assert len(read_dataset(name)) == 1
    assert (tmp_path / name).is_dir()


@pytest.mark.parametrize(
    ("dest", "error", "message"),
    [
        ("", EveOptionError, "dest is empty"),
        ("a\0b", EveOptionError, "a NUL"),
        ("a\udcff", EveOptionError, "no UTF-8"),
        (b"a", EveTypeError, "not bytes: b'a'"),
        (None, EveTypeError, "not NoneType"),
    ],
)
def test_what_no_folder_is(
    dest: Any, error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        scan_eve(EVENT).to_parquet(dest)
    with pytest.raises(error, match=message):
        read_dataset(dest)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("event_type", [b"dns", LONG])
def test_integers_that_have_no_place_beside_negative_ones_are_reported(
    event_type: bytes, tmp_path: Path
) -> None:
    values = [b"-5", b"9223372036854775809", b"18446744073709551615", b"7"]
    logs = [b'{"event_type":"%s","flow_id":%s}\n' % (event_type, value) for value in values]
    for n in range(1, len(logs) + 1):
        scan_eve(logs[:n]).to_parquet(tmp_path)
        assert_same(read_dataset(tmp_path), read_eve(logs[:n]))


@pytest.mark.parametrize(
    "values",
    [
        (b'"x":1', b'"x":"t"', b'"x":[0.5]'),
        (b'"x":1', b'"x":0.5', b'"x":2'),
        (b'"x":[{"a":1}]', b'"x":[{}]', b'"x":[{"a":"t"}]'),
        (b'"flow_id":1', b'"flow_id":18446744073709551615', b'"flow_id":2'),
        (b'"flow_id":-1', b'"flow_id":18446744073709551615', b'"flow_id":2'),
    ],
)
def test_types_without_a_folder_disagree_in_one_read(
    values: tuple[bytes, ...], tmp_path: Path
) -> None:
    log = b"".join(
        b'{"event_type":"%d%s",%s}\n' % (n, LONG, value) for n, value in enumerate(values)
    )
    scan_eve(log).to_parquet(tmp_path)
    assert_same(read_dataset(tmp_path), read_eve(log))


def test_names_of_files_differ_where_those_of_folders_may_be_one(tmp_path: Path) -> None:
    """Some systems take "event_type=Alert" for "event_type=alert"."""
    scan_eve(EVENT + EVENT.replace(b"dns", b"Dns")).to_parquet(tmp_path)
    names = [path.name for path in tmp_path.rglob("*.parquet")]
    assert len(names) == len(set(names)) == 2


@pytest.mark.parametrize("event_type", [b"dns", LONG])
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize("depth", [1, 16, 17, 32, 33, 99])
def test_values_of_any_depth(
    depth: int, start: bytes, end: bytes, event_type: bytes, tmp_path: Path
) -> None:
    """Deeper ones than files can hold are text: nobody could read the dataset any more."""
    value = start * depth + b"1" + end * depth
    logs = [
        b'{"event_type":"%s","x":%s}\n' % (event_type, one) for one in (b"[7]", value, b'["t"]')
    ]
    for n in range(1, len(logs) + 1):
        scan_eve(logs[:n]).to_parquet(tmp_path)
    found = read_dataset(tmp_path)["x"]
    assert len(found) == 3
    if depth * len(start.strip(b'":a')) > 32:
        assert found.to_list() == ["[7]", value.decode(), '["t"]']
        assert read_dataset(tmp_path).attrs["eve"]["text_fields"] == ["x"]
    else:
        pd.testing.assert_series_equal(found, read_eve(logs)["x"])


def test_types_of_suricata_have_a_folder_however_many_others_came_before(tmp_path: Path) -> None:
    log = b"".join(b'{"event_type":"t%d"}\n' % n for n in range(300)) + b'{"event_type":"alert"}\n'
    scan_eve(log).to_parquet(tmp_path, partition_by=["event_type"])
    names = {path.name for path in tmp_path.glob("event_type=*")}
    assert len(names) == 258
    assert {"event_type=alert", "event_type=__other__"} <= names
    assert_same(read_dataset(tmp_path), read_eve(log))
