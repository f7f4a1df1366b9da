"""On worker processes the results are those of pandas, also when one of them dies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import worker_processes

import suricata_eve
import suricata_eve.dask as eve_dask
from suricata_eve.dask import exchange

# Of a wide frame the result is dense on its way; whoever asks for it whole chooses columns.
FEW = ["event_type", "timestamp", "flow_id", "src_ip", "src_port", "dest_ip", "dest_port"]

METHODS: dict[str, Callable[[Any], Any]] = {
    "events": lambda frame: frame.eve.events("http"),
    "alerts": lambda frame: frame.eve.alerts(decoder_events=False),
    "concise": lambda frame: frame.eve.alerts(signature="(?i)log4j", view="concise"),
    "by_flow": lambda frame: frame.eve.by_flow(frame.eve.alerts(signature="(?i)log4j")),
    "payloads": lambda frame: frame.eve.payloads(),
    "group_summary": lambda frame: frame.eve.group_summary(
        "alert.signature", ["src_ip", "flow_id"], max_unique=5
    ),
    "orient": lambda frame: frame[[*FEW, "flow.src_ip", "direction"]].eve.orient(),
    "unexpected_ports": lambda frame: frame.eve.unexpected_ports(),
    "unique": lambda frame: frame.eve.unique("http.http_user_agent"),
    "features": lambda frame: frame.eve.features("client_ip"),
}


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare frames, of which one may have empty columns that the other lacks."""
    held = [name for name in found.columns if name in expected or found[name].notna().any()]
    pd.testing.assert_frame_equal(found[held], expected, check_index_type=False)


@pytest.fixture(scope="module")
def ddf(many: Path) -> Any:
    schema = eve_dask.infer_schema(many)
    # So many partitions that Dask's shuffle moves the rows; tests/scale/test_memory.py has few.
    return eve_dask.read_eve(many, blocksize="2 MiB", schema=schema, on_bad_lines="skip")


@pytest.fixture(scope="module")
def frame(ddf: Any) -> pd.DataFrame:
    """What pandas is asked: the rows in the order in which Dask has them."""
    computed: pd.DataFrame = ddf.compute(scheduler="sync")
    return computed


@pytest.mark.parametrize("method", METHODS)
def test_a_cluster_gives_what_pandas_gives(
    cluster: Any, ddf: Any, frame: pd.DataFrame, method: str
) -> None:
    assert ddf.npartitions > exchange._FEW
    found = cluster.compute(METHODS[method](ddf)).result()

    expected = METHODS[method](frame)
    if isinstance(expected.index, pd.RangeIndex):
        found = found.reset_index(drop=True)
    same(found, expected)


def test_an_eve_log_and_its_dataset_give_the_same_on_a_cluster(
    cluster: Any, many: Path, tmp_path: Path
) -> None:
    suricata_eve.scan_eve(many, on_bad_lines="skip").to_parquet(tmp_path / "dataset")

    stored = eve_dask.read_dataset(tmp_path / "dataset")
    found = cluster.compute(stored.eve.alerts()).result()

    expected = suricata_eve.read_dataset(tmp_path / "dataset").eve.alerts()
    same(found, expected)
    pd.testing.assert_frame_equal(
        expected, suricata_eve.read_eve(many, on_bad_lines="skip").eve.alerts()
    )


@pytest.mark.parametrize("where", ["before the rows travel", "behind it"])
@pytest.mark.parametrize("method", ["by_flow", "group_summary", "orient"])
def test_a_worker_that_is_killed_changes_nothing(
    ddf: Any, frame: pd.DataFrame, tmp_path: Path, method: str, where: str
) -> None:
    """A process that comes to one of the partitions gets SIGKILL, in the midst of the others."""
    marker = tmp_path / "killed"
    with worker_processes.running(memory="1 GiB") as client:
        before = set(client.run(worker_processes.process).values())
        if where == "behind it":
            asked = METHODS[method](ddf).map_partitions(
                worker_processes.dies_once, str(marker), 0, meta=METHODS[method](ddf)._meta
            )
        else:
            mortal = ddf.map_partitions(worker_processes.dies_once, str(marker), 5, meta=ddf._meta)
            asked = METHODS[method](mortal)
        found = client.compute(asked).result(timeout=300)
        after = set(client.run(worker_processes.process).values())

    assert marker.exists()
    assert before != after
    expected = METHODS[method](frame)
    if isinstance(expected.index, pd.RangeIndex):
        found = found.reset_index(drop=True)
    same(found, expected)
