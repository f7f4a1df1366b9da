"""Features are those of pandas to the last bit, however flows are dealt to partitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

from dask_frames import dealt, failing, in_parts

import suricata_eve.dask
from suricata_eve.analysis.features.groups import Total
from suricata_eve.analysis.features.table import FIELDS
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

READ = {*EVIDENCE, *FIELDS, "alert.metadata.tag"}


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture(scope="module")
def events(sample7: pd.DataFrame) -> pd.DataFrame:
    """Events with what is read of them: Dask takes its time for every column."""
    few = sample7[[name for name in sample7.columns if name in READ]]
    few.attrs = {}
    return few


@pytest.mark.parametrize(
    "by",
    [
        "proto",
        "flow_id",
        ["client_ip", "server_port"],
        ["http.url", "flow_id"],
        "alert.metadata.tag",
        "community_id",
    ],
)
def test_features_are_the_same_to_the_last_bit(events: pd.DataFrame, by: Any) -> None:
    ddf = dealt(events.iloc[::10], 3)

    found = ddf.eve.features(by)

    expected = ddf.compute().eve.features(by)
    pd.testing.assert_frame_equal(found.compute(), expected, check_exact=True)
    pd.testing.assert_frame_equal(found._meta, expected.iloc[:0], check_index_type=False)


def test_an_id_that_was_used_again_is_two_rows_the_earlier_first() -> None:
    rows = [
        {"flow_id": flow, "host": host, "flow.start": f"2024-01-0{day}T00:00:00Z"}
        for flow in (9, 7)
        for host in ("b", "a")
        for day in (3, 1, 2)
    ]
    made = suricata_eve.normalize_types(
        pd.DataFrame(rows).assign(
            event_type="flow", timestamp="2024-01-05T00:00:00Z", src_ip="::1", dest_ip="::2"
        )
    ).assign(**{"flow.pkts_toserver": np.arange(len(rows))})

    found = in_parts(made, [4, 1, 7]).eve.features("flow_id").compute()

    pd.testing.assert_frame_equal(found, made.eve.features("flow_id"), check_exact=True)
    assert found["packets_to_server"].tolist() == [10, 11, 9, 7, 8, 6, 4, 5, 3, 1, 2, 0]


def test_sums_that_no_float_holds_are_rounded_once() -> None:
    made = suricata_eve.normalize_types(
        pd.DataFrame(
            {
                "event_type": "flow",
                "timestamp": "2024-01-01T00:00:00Z",
                "flow_id": np.arange(64),
                "proto": "TCP",
            }
        )
    )
    bytes_of = [2**53 + 1, 1, 1, 2**60 + 7] * 16
    made = made.assign(**{"flow.bytes_toserver": pd.array(bytes_of, dtype="int64[pyarrow]")})

    found = dealt(made, 7).eve.features("proto").compute()

    assert found["bytes_to_server"].tolist() == [float(sum(bytes_of))]
    pd.testing.assert_frame_equal(found, made.eve.features("proto"), check_exact=True)


def test_halves_of_a_total_are_integers_that_make_it_again() -> None:
    total = Total(np.array([0.0, 2.0**53 - 1, 5.0]), np.array([0.0, 0.0, 2.0**40]))

    again = Total.of(*total.halves())

    assert (again.low < 2**26).all()
    assert again.rounded().tolist() == total.rounded().tolist()


def test_nothing_is_computed_and_errors_come_at_once(events: pd.DataFrame) -> None:
    ddf = failing(events)

    assert ddf.eve.features("client_ip").shape[1] == 62
    with pytest.raises(EveOptionError, match="was given no field"):
        ddf.eve.features([])
    with pytest.raises(EveTypeError, match="takes names of fields"):
        ddf.eve.features(3)
    with pytest.raises(MissingColumnError, match="'timestamp'"):
        ddf.drop(columns="timestamp").eve.features("client_ip")
    with pytest.raises(MissingColumnError, match="'client_addr'"):
        ddf.eve.features("client_addr")
