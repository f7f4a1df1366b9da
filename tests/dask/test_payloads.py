"""Payloads are found partition by partition; client and server are told by the whole flow."""

from __future__ import annotations

from typing import Any

import dask_frames
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")


from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.dask import payloads as module
from suricata_eve.errors import EveOptionError, MissingColumnError

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(scope="module")
def events(sample7: pd.DataFrame) -> pd.DataFrame:
    """Events whose headers may hold something, and those that tell of their flows."""
    texts = ["http.url", "http.http_user_agent", "http.http_refer", "payload", "app_proto"]
    few = sample7[[name for name in sample7.columns if name in {*EVIDENCE, *texts}]]
    few.attrs = {}
    return few


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"columns": "http.http_user_agent", "kinds": "jndi"},
        {"columns": ["payload", "http.url"], "kinds": ["eve"]},
    ],
)
def test_all_findings_of_the_sample_are_found(
    events: pd.DataFrame, options: dict[str, Any]
) -> None:
    ddf = dask_frames.dealt(events, 4)

    found = ddf.eve.payloads(**options).compute()

    pd.testing.assert_frame_equal(found, ddf.compute().eve.payloads(**options))
    assert len(found)


def test_only_flows_with_findings_are_asked(
    events: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    told = module._told

    def spy(rows: pd.DataFrame) -> pd.DataFrame:
        asked.append(rows)
        return told(rows)

    monkeypatch.setattr(module, "_told", spy)
    found = dask_frames.dealt(events, 4).eve.payloads(kinds="jndi").compute()

    rows = pd.concat(asked)
    assert set(rows["flow_id"].dropna()) == set(found["flow_id"].dropna())
    assert len(rows) == int(events["flow_id"].isin(found["flow_id"].unique()).sum())


def test_each_partition_is_read_once(events: pd.DataFrame) -> None:
    """A log of many files is read for its texts, and not once more for who was the client."""
    read: list[int] = []

    assert len(dask_frames.noting(events, 4, read).eve.payloads(kinds="jndi").compute())
    assert sorted(read) == [0, 1, 2, 3]


@pytest.mark.parametrize("missing", [["flow_id"], ["src_ip", "dest_ip"], ["timestamp"]])
def test_a_frame_may_lack_what_tells_of_events(events: pd.DataFrame, missing: list[str]) -> None:
    http = events[events["http.http_user_agent"].notna()].drop(columns=missing)
    ddf = dask_frames.dealt(http.set_axis(np.arange(len(http)) // 2), 3)

    found = ddf.eve.payloads(kinds="jndi").compute()

    pd.testing.assert_frame_equal(found, ddf.compute().eve.payloads(kinds="jndi"))


def test_nothing_is_computed_and_errors_come_at_once(events: pd.DataFrame) -> None:
    ddf = dask_frames.failing(events)

    assert list(ddf.eve.payloads().columns) == list(events.iloc[:0].eve.payloads().columns)
    with pytest.raises(MissingColumnError, match="'no_such'"):
        ddf.eve.payloads(["no_such"])
    with pytest.raises(EveOptionError, match="kinds has no choice 'base32'"):
        ddf.eve.payloads(kinds=["base32"])
