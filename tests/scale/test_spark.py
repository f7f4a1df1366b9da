"""Spark reads a dataset as it is: its rows, its columns, their values."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from suricata_eve import EveWarning, read_dataset, scan_eve

pyspark = pytest.importorskip("pyspark")

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java here"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "log4j-suricata8.json.gz"
# What a later log brings: a member of an object, another kind of value, no time, odd names.
LATER = (
    b'{"event_type":"http","http":{"request_headers":[{"name":"A","value":"v","new":3}]}}\n'
    b'{"event_type":"made up","n":18446744073709551615,"x":1,"Date":"d"}\n'
    b'{"timestamp":"2022-01-01T10:00:00.000001Z","event_type":"made up","x":"t"}\n'
    b'{"timestamp":"2022-01-01T10:00:00Z","y":[1,null]}\n'
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spark") / "eve.parquet"
    scan_eve(SAMPLE).to_parquet(folder)
    with pytest.warns(EveWarning, match="became text in x"):
        scan_eve(LATER).to_parquet(folder)
    return folder


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def events(root: Path, spark: Any) -> Any:
    return spark.read.option("mergeSchema", "true").parquet(str(root))


def test_rows_by_type(root: Path, events: Any) -> None:
    found = dict(events.groupBy("event_type").count().collect())

    expected = read_dataset(root, columns="event_type")["event_type"].value_counts(dropna=False)
    assert found == {
        kind if isinstance(kind, str) else None: count for kind, count in expected.items()
    }


@pytest.mark.parametrize("event_type", ["alert", "http", "fileinfo", "made up"])
def test_values(event_type: str, root: Path, events: Any) -> None:
    """All columns of a type, lists of objects included."""
    frame = read_dataset(root, event_types=event_type, order="file")
    names = [name for name in frame.columns if name != "Date"]
    chosen = events.where(events.event_type == event_type).orderBy("_line")
    rows = chosen.select("_line", *(f"`{name}`" for name in names)).collect()

    assert [row[0] for row in rows] == frame.index.tolist()
    for place, name in enumerate(names, start=1):
        expected = frame[name].array.__arrow_array__().to_pylist()
        assert [plain(row[place]) for row in rows] == [plain(value) for value in expected], name


def plain(value: Any) -> Any:
    """Return a value of Spark's or Arrow's without what is missing in its objects."""
    if hasattr(value, "asDict"):
        value = value.asDict()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        # Spark gives the time of the session's zone, without saying so.
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value
