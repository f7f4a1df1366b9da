"""Values are counted exactly over all partitions, and no task holds all events of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

from dask_frames import dealt, failing, in_parts

import suricata_eve.dask
from suricata_eve.analysis import unique
from suricata_eve.analysis.ranks import value_order
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.dask import uniqueness as module
from suricata_eve.dask.values import PREFIX, prefixes
from suricata_eve.errors import EveTypeError, MissingColumnError

READ = {*EVIDENCE, "proto", "community_id", "dns.answers", "icmp_type", "icmp_code"}


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(scope="module")
def events(sample8: pd.DataFrame) -> pd.DataFrame:
    """Events with what is read of them: Dask takes its time for every column."""
    few = sample8[[name for name in sample8.columns if name in READ]]
    few.attrs = {}
    return few


@pytest.mark.parametrize(
    "field",
    ["proto", "client_ip", "server_port", "community_id", "timestamp", "dns.answers", "flow_id"],
)
def test_a_field_of_any_type_is_counted(events: pd.DataFrame, field: str) -> None:
    part = events.iloc[::8]
    if field == "community_id":
        part = part.drop(columns=field)
    ddf = dealt(part, 3)

    found = ddf.eve.unique(field).compute().reset_index(drop=True)

    pd.testing.assert_frame_equal(found, ddf.compute().eve.unique(field))


def test_the_pairs_of_a_value_that_all_events_have_are_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clients, parts = 400, 32
    events = suricata_eve.normalize_types(
        pd.DataFrame(
            {
                "event_type": "http",
                "proto": "TCP",
                "src_ip": [f"192.0.{n // 200}.{n % 200}" for n in range(clients)] * 5,
                "dest_ip": "198.51.100.1",
            }
        )
    )
    rows: list[int] = []
    counted = module._pairs_counted

    def spy(pairs: pd.DataFrame) -> pd.DataFrame:
        rows.append(len(pairs))
        return counted(pairs)

    monkeypatch.setattr(module, "_pairs_counted", spy)
    found = dealt(events, parts).eve.unique("proto").compute()

    assert found[["count", "clients", "servers"]].to_numpy().tolist() == [[5 * clients, clients, 1]]
    # Each partition has each client; they meet in one place each.
    assert max(rows) < 2 * sum(rows) / (parts / 4)
    assert sum(rows) <= parts * (clients + 2)


def test_values_of_one_count_come_in_order_over_all_partitions() -> None:
    texts = [f"{'x' * (n % 30)}{n:03}" for n in range(200)] + ["", "\x00", "é", "a" * 30]
    events = pd.DataFrame(
        {"event_type": "http", "http.url": pd.Series(texts, dtype=pd.ArrowDtype(pa.string()))}
    )

    found = dealt(events, 16).eve.unique("http.url")

    assert found.map_partitions(len, meta=("n", int)).compute().max() < len(texts)
    assert found["value"].compute().tolist() == sorted(texts)


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["", "\x00", "a", "a\x00", "b", "é", "a" * 40, "a" * 40 + "b"]),
        pa.array([0, -1, 1, 2**63 - 1, -(2**63)]),
        pa.array([0, 1, 2**64 - 1], pa.uint64()),
        pa.array([0.0, -0.0, -1.5, 1e300, float("inf"), -float("inf"), float("nan")]),
        pa.array([True, False]),
        pa.array([0, -1, 10**15], pa.timestamp("us", "UTC")),
        pa.array([[1], [], [0, 1]]),
    ],
)
def test_prefixes_are_in_the_order_of_values(values: pa.Array) -> None:
    keys = prefixes(values.take(pa.array(value_order(values)))).view(f"S{PREFIX}").reshape(-1)

    assert (keys[1:] >= keys[:-1]).all()


def test_objects_of_python_are_refused_where_only_they_tell_their_type() -> None:
    objects = np.empty(2, object)
    objects[:] = [[{"rrname": "a"}], [{"rrname": "b"}]]
    events = pd.DataFrame({"event_type": "dns", "dns.answers": objects, "x.unknown": objects})
    ddf = in_parts(events, [1, 1])

    with pytest.raises(EveTypeError, match="cannot know before it is computed"):
        ddf.eve.unique("dns.answers")
    with pytest.raises(EveTypeError, match="cannot know before it is computed"):
        ddf.eve.unique("x.unknown").compute()


def test_nothing_is_computed_and_errors_come_at_once(events: pd.DataFrame) -> None:
    ddf: Any = failing(events)

    assert list(ddf.eve.unique("proto").columns) == list(unique(events, "proto").columns)
    with pytest.raises(MissingColumnError, match=r"unique\(\) needs the column 'http.uri'"):
        ddf.eve.unique("http.uri")
    with pytest.raises(EveTypeError, match="the name of one field"):
        ddf.eve.unique(["proto"])
