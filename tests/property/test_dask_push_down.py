"""Law: what Dask's methods let a log be read for is what they take of all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from look_alikes import DECIDING, look_alikes

pytest.importorskip("dask.dataframe")

import dask

import suricata_eve
import suricata_eve.dask
from suricata_eve.analysis.rows import take_rows
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

# An example reads its file several times, and builds and runs graphs.
EXAMPLES = max(15, settings().max_examples // 4)

NEEDED = (
    *("timestamp", "event_type", "flow_id", "src_ip", "dest_ip", "alert.signature"),
    *("alert.signature_id", "alert.category", "alert.severity"),
)
OTHERS = (
    *("host", "src_port", "dest_port", "flow.start", "direction", "http.url", "unknown", "v"),
    "x.flow_id",
)
FLOWS = pd.DataFrame({"flow_id": pd.array([1, 2**53, None], dtype="int64[pyarrow]")})
CALLS: dict[str, Callable[[Any], Any]] = {
    "events": lambda df: df.eve.events("alert"),
    "events of several": lambda df: df.eve.events(["dns", "tls"]),
    "alerts": lambda df: df.eve.alerts(),
    "some alerts": lambda df: df.eve.alerts(signature=["ET", "5"], decoder_events=False),
    "alerts, concise": lambda df: df.eve.alerts(view="concise"),
    "flow": lambda df: df.eve.by_flow([1, -1]),
    "flows": lambda df: df.eve.by_flow([2, 2**63]),
    "no flows": lambda df: df.eve.by_flow([]),
    "flows of a frame": lambda df: df.eve.by_flow(FLOWS),
    "flows of alerts": lambda df: df.eve.by_flow(df.eve.alerts()),
    "flows of IDs of events": lambda df: df.eve.by_flow(df.eve.events("tls")["flow_id"]),
    "flows of a mask": lambda df: df.eve.by_flow(df["event_type"] == "dns"),
}
READING: list[dict[str, Any]] = [
    {},
    {"event_types": ["alert", "tls"]},
    {"exclude_event_types": ["dns", "tls"]},
    {"flow_ids": [1, 2**63]},
    {"since": "2022-01-01T03:00:00Z"},
    {"on_bad_lines": lambda _: {"event_type": "alert", "flow_id": 1, "v": "mended"}},
]
RUNS = st.lists(
    st.tuples(
        st.one_of(look_alikes(DECIDING), look_alikes(DECIDING), eve.damaged_lines()),
        st.sampled_from((1, 3)),
    ),
    max_size=8,
)
LOGS = RUNS.map(lambda runs: b"\n".join(line for line, times in runs for _ in range(times)))


@settings(max_examples=EXAMPLES)
@given(
    LOGS,
    st.integers(1, 2000),
    st.sampled_from(READING),
    st.tuples(st.sets(st.sampled_from(OTHERS)), st.sampled_from(sorted(CALLS))),
)
@example(b'{"flow_id":"1"}\n{"flow_id":1.0}\n{"event_type":5,"flow_id":1}', 17, {}, (set(), "flow"))
@example(rb'{"\u0066low_id":1}', 99, {}, (set(), "flow"))
@example(rb'{"\u0065vent_type":"alert","event_type":"x"}', 99, {}, (set(), "events"))
@example(b'{"event_type":"alert","flow_id":1}\n{"flow_id":1', 40, {}, ({"v"}, "flows of alerts"))
def test_a_part_of_a_log(
    tmp_path_factory: pytest.TempPathFactory,
    log: bytes,
    blocksize: int,
    options: dict[str, Any],
    asked: tuple[set[str], str],
) -> None:
    """Whatever bytes look like, columns are chosen, and is left out in reading already."""
    names, call = asked
    path = tmp_path_factory.getbasetemp() / "dask-push-down.json"
    path.write_bytes(log)
    given = {"blocksize": max(blocksize, len(log) // 6), "columns": [*NEEDED, *OTHERS], **options}

    with dask.config.set(scheduler="sync"):
        schema = suricata_eve.dask.infer_schema(path, **given)
        ddf = suricata_eve.dask.read_eve(path, schema=schema, **given)
        ddf = ddf[[*sorted(names), *NEEDED]]
        got = CALLS[call](ddf).eve.to_pandas()
        df = ddf.compute()

    expected = CALLS[call](df)
    pd.testing.assert_frame_equal(got, take_rows(expected, np.arange(len(expected))))
