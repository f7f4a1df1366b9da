"""Counters are told with rates that compare a run of Suricata with nothing but itself."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import stats
from suricata_eve.analysis.views.stats import STATS_COUNTERS
from suricata_eve.errors import EveTypeError, EveWarning, MissingColumnError
from suricata_eve.schema.fields import is_known

FRONT = {
    "timestamp": "timestamp[us, tz=UTC]",
    "host": "string",
    "uptime": "int64",
    "seconds": "double",
}
BACK = {"drops": "int64", "drop_share": "double"}


def columns(*counters: str) -> dict[str, str]:
    both = ({name: "int64", f"{name}.rate": "double"} for name in counters)
    return FRONT | {name: kind for pair in both for name, kind in pair.items()} | BACK


def dtypes(table: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype).removesuffix("[pyarrow]") for name, dtype in table.dtypes.items()}


def record(second: float, uptime: int | None = None, **fields: Any) -> dict[str, Any]:
    """Make a record of a run that started at 100 s, unless its uptime says otherwise."""
    time = pd.Timestamp(second, unit="s", tz="UTC").strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    own = {name: value for name, value in fields.items() if name != "host"}
    if uptime != -1:
        own["uptime"] = int(second) - 100 if uptime is None else uptime
    host = {"host": fields["host"]} if "host" in fields else {}
    return {"timestamp": time, "event_type": "stats", "stats": own, **host}


def read(*events: dict[str, Any]) -> pd.DataFrame:
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, events)).encode()))


def told(made: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Return columns of the table of one counter, row by row."""
    table = stats(made, counters="decoder.pkts")
    parts = [pa.array(table[name].array).to_pylist() for name in names]
    return [list(row) for row in zip(*parts, strict=True)]


def packets(number: int) -> dict[str, Any]:
    return {"decoder": {"pkts": number}}


def capture(received: int, dropped: int | None) -> dict[str, Any]:
    lost = {} if dropped is None else {"kernel_drops": dropped}
    return {"capture": {"kernel_packets": received, **lost}}


RATE = ("seconds", "decoder.pkts", "decoder.pkts.rate")


def test_a_rate_is_growth_by_time() -> None:
    made = read(
        record(108, **packets(100)), record(116.5, **packets(185)), record(124, **packets(185))
    )

    assert told(made, "uptime", *RATE) == [
        [8, None, 100, None],
        [16, 8.5, 185, 10.0],
        [24, 7.5, 185, 0.0],
    ]


def test_records_are_put_in_order_first() -> None:
    """By time, whichever order they are written in; the labels come along."""
    made = read(record(124, **packets(30)), record(108, **packets(10)), record(116, **packets(20)))

    assert stats(made).index.tolist() == [1, 2, 0]
    assert told(made, *RATE) == [[None, 10, None], [8.0, 20, 1.25], [8.0, 30, 1.25]]


def test_a_restart_is_not_compared_with_what_was_before() -> None:
    """Also where the counters have overtaken their old values by then."""
    made = read(
        record(108, **packets(10)),
        record(116, uptime=2, **packets(50)),
        record(124, uptime=10, **packets(90)),
    )

    assert told(made, *RATE) == [[None, 10, None], [None, 50, None], [8.0, 90, 5.0]]


def test_a_restart_after_a_pause_is_told_by_the_start() -> None:
    """The uptime has not gone back."""
    made = read(record(108, **packets(10)), record(1000, uptime=9, **packets(50)))

    assert told(made, *RATE) == [[None, 10, None], [None, 50, None]]


@pytest.mark.parametrize(("second", "uptime"), [(115.999, 16), (116, 15)])
def test_a_second_between_the_clocks_is_no_restart(second: float, uptime: int) -> None:
    """Whichever Suricata looks at first."""
    made = read(
        record(108, **packets(10)),
        record(second, uptime=uptime, **packets(20)),
        record(124, **packets(30)),
    )

    passed = [round(second - 108, 6), round(124 - second, 6)]
    assert [row[0] for row in told(made, "seconds")] == [None, *passed]


def test_restarts_within_a_second_are_told_by_the_uptime() -> None:
    made = read(record(100.5, uptime=1, **packets(5)), record(100.9, uptime=0, **packets(9)))

    assert told(made, *RATE) == [[None, 5, None], [None, 9, None]]


def test_sensors_are_compared_with_themselves() -> None:
    made = read(
        record(108, host="a", **packets(1000)),
        record(109, host="b", **packets(1)),
        record(116, host="a", **packets(1008)),
        record(117, host="b", **packets(9)),
        record(118, **packets(5)),
    )

    assert told(made, "host", *RATE) == [
        ["a", None, 1000, None],
        ["b", None, 1, None],
        ["a", 8.0, 1008, 1.0],
        ["b", 8.0, 9, 1.0],
        [None, None, 5, None],
    ]


def test_two_sensors_without_a_name_are_told_apart_by_their_start() -> None:
    made = read(
        record(108, **packets(1000)),
        record(109, uptime=500, **packets(1)),
        record(116, **packets(1008)),
        record(117, uptime=508, **packets(9)),
    )

    assert [row[2] for row in told(made, *RATE)] == [None, None, 1.0, 1.0]


def test_without_an_uptime_counters_that_fell_have_no_rate() -> None:
    made = read(
        *(record(108 + 8 * n, -1, **packets(value)) for n, value in enumerate([10, 18, 4, 4]))
    )

    assert told(made, *RATE) == [[None, 10, None], [8.0, 18, 1.0], [8.0, 4, None], [8.0, 4, 0.0]]
    assert stats(made)["uptime"].isna().all()


@pytest.mark.parametrize("uptime", [None, -1])
def test_a_run_with_a_time_that_comes_twice_is_not_compared(uptime: int | None) -> None:
    """One Suricata does not write two records at once: there are several, or one came twice."""
    made = read(
        record(108, uptime, **packets(10)),
        record(116, uptime, **packets(20)),
        record(116, uptime, **packets(20)),
        record(124, uptime, **packets(36)),
        record(132, uptime, host="a", **packets(1)),
        record(140, uptime, host="a", **packets(9)),
    )

    assert [row[0] for row in told(made, "seconds")] == [None] * 5 + [8.0]
    assert [row[2] for row in told(made, *RATE)] == [None] * 5 + [1.0]


@pytest.mark.parametrize("later", [0, 0.3, 0.9])
def test_two_sensors_without_a_name_that_started_together_are_not_compared(later: float) -> None:
    """A's counters are large, and B's small."""
    records = []
    for number, second in enumerate((108, 116, 124)):
        large, small = 900_000 + 80 * number, 1000 + 80 * number
        records += [
            record(second, **packets(small), **capture(small, 10)),
            record(second + later, **packets(large), **capture(large, 900 + 7 * number)),
        ]
    table = stats(read(*records), counters="decoder.pkts")

    assert table["decoder.pkts"].sum() == 3 * 901_000 + 2 * 240
    assert table[["seconds", "decoder.pkts.rate", "drops", "drop_share"]].isna().all(axis=None)


def test_sensors_without_a_name_are_compared_where_one_is_alone() -> None:
    """The other stopped early."""
    made = read(
        record(108, **packets(10)),
        record(108.5, **packets(9000)),
        record(116, **packets(18)),
        record(124, **packets(26)),
        record(132, **packets(34)),
    )

    assert [row[0] for row in told(made, "decoder.pkts.rate")] == [None, None, None, 1.0, 1.0]


def test_a_sensor_whose_uptime_is_behind_in_the_same_run_is_another() -> None:
    """They started a second apart, and write at the same time."""
    made = read(
        record(108.0, uptime=8, **packets(9000)),
        record(108.1, uptime=7, **packets(10)),
        record(116.0, uptime=16, **packets(9008)),
        record(116.1, uptime=15, **packets(18)),
    )

    assert [row[0] for row in told(made, "seconds")] == [None] * 4


def test_the_last_record_may_come_soon_after_the_one_before() -> None:
    """Suricata writes one as it stops, with the same uptime."""
    made = read(
        record(108, **packets(10)),
        record(116, **packets(18)),
        record(116.4, **packets(20)),
        record(230, uptime=8, **packets(5)),
    )

    assert told(made, *RATE) == [
        [None, 10, None],
        [8.0, 18, 1.0],
        [0.4, 20, 5.0],
        [None, 5, None],
    ]


def test_runs_that_start_a_second_apart_one_after_another_are_no_one_run() -> None:
    made = read(*(record(100 + n + 0.5, uptime=0, **packets(10 * n)) for n in range(4)))
    many = read(*(record(108 + 9 * n, uptime=8 * n + 8, **packets(n)) for n in range(9)))

    assert [row[0] for row in told(made, "seconds")] == [None] * 4
    # Starts of 100, 101, ... 108: never more than two in one run.
    assert [row[0] for row in told(many, "seconds")] == [None, 9.0] * 4 + [None]


def test_a_time_that_is_none_is_not_compared() -> None:
    events = [record(108, **packets(10)), record(116, **packets(18)), record(124, **packets(26))]
    events[1]["timestamp"] = "yesterday"

    with pytest.warns(EveWarning):
        told_of = stats(read(*events), counters="decoder.pkts")

    assert told_of["decoder.pkts.rate"].isna().sum() == 2
    assert told_of["drops"].isna().all()


def test_a_counter_that_a_record_lacks_has_no_rate_around_it() -> None:
    made = read(record(108, **packets(10)), record(116), record(124, **packets(30)))

    assert told(made, *RATE) == [[None, 10, None], [8.0, None, None], [8.0, 30, None]]


def test_drops_are_a_share_of_what_the_kernel_had() -> None:
    made = read(
        record(108, **capture(1000, 10)),
        record(116, **capture(2000, 260)),
        record(124, **capture(2000, 260)),
        record(132, **capture(2100, None)),
        record(140, **capture(2200, 300)),
        record(148, **capture(2300, 300)),
        record(156, uptime=1, **capture(100, 100)),
    )

    assert told(made, "drops", "drop_share") == [
        [None, None],
        [250, 0.25],
        [0, None],
        [None, None],
        [None, None],
        [0, 0.0],
        [None, None],
    ]


def test_large_counters_stay_exact_and_do_not_wrap_around() -> None:
    made = read(record(108, **packets(-(2**63))), record(116, **packets(2**63 - 1)))

    assert [row[1:] for row in told(made, *RATE)] == [[-(2**63), None], [2**63 - 1, None]]
    made = read(record(108, **capture(0, 2**60)), record(116, **capture(1, 2**60 + 1)))
    assert told(made, "drops", "drop_share") == [[None, None], [1, 1.0]]


def test_the_columns_are_those_asked_for() -> None:
    made = read(record(108, **packets(10)), {"event_type": "http"})

    assert dtypes(stats(made)) == columns(*STATS_COUNTERS)
    assert dtypes(stats(made, counters=["stats.decoder.pkts", "tcp.syn", "tcp.syn"])) == columns(
        "decoder.pkts", "tcp.syn"
    )
    assert dtypes(stats(made, counters=[])) == columns()
    assert len(stats(made, counters=[])) == 1


def test_without_records_the_columns_stay(sample7: pd.DataFrame) -> None:
    for made in (
        sample7.iloc[:0],
        sample7[sample7["event_type"] == "http"],
        read({"event_type": "http", "timestamp": "2022-01-01T00:00:00Z"}),
    ):
        table = stats(made, counters=["decoder.pkts", "own.counter"])
        assert dtypes(table) == columns("decoder.pkts", "own.counter")
        assert len(table) == 0


def test_counters_of_a_thread_have_names_with_the_thread() -> None:
    threads: dict[str, Any] = {"threads": {"W#01-eth0": {"decoder": {"pkts": 7}}}}

    table = stats(read(record(108, **threads)), counters="threads.W#01-eth0.decoder.pkts")

    assert table["threads.W#01-eth0.decoder.pkts"].tolist() == [7]


def test_the_default_counters_are_known() -> None:
    assert all(is_known(f"stats.{name}") for name in STATS_COUNTERS)


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_records_of_the_samples_add_up(sample: str, request: pytest.FixtureRequest) -> None:
    made: pd.DataFrame = request.getfixturevalue(sample)

    table = stats(made)

    assert dtypes(table) == columns(*STATS_COUNTERS)
    assert table["uptime"].tolist() == list(range(1, 35))
    assert table["seconds"].iloc[1:].between(0.9, 1.1).all()
    for name in ("decoder.pkts", "decoder.bytes", "flow.tcp", "detect.alert"):
        grown = (table[f"{name}.rate"] * table["seconds"]).sum()
        assert grown == pytest.approx(int(table[name].iloc[-1]) - int(table[name].iloc[0]))
    assert table[["drops", "capture.kernel_packets"]].isna().all(axis=None)


def test_many_short_runs_have_no_rate_below_zero(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        table = stats(suricata_eve.read_eve(path))

        rates = table.filter(like=".rate").astype("float64")
        assert rates.notna().any(axis=None)
        assert not (rates < 0).any(axis=None)
        assert not np.isinf(rates.to_numpy()).any()


def test_it_does_not_matter_what_the_frame_is_made_of(sample7: pd.DataFrame) -> None:
    mine = sample7[sample7["event_type"] == "stats"].dropna(axis=1, how="all")
    mine = mine.drop(columns=["stats.detect.engines"], errors="ignore")
    expected = stats(mine)

    lines = io.BytesIO()
    mine.eve.to_json(lines)
    plain = pd.json_normalize([json.loads(line) for line in lines.getvalue().splitlines()])
    nullable = suricata_eve.read_eve(io.BytesIO(lines.getvalue()), dtype_backend="numpy_nullable")
    for other in (mine.sample(frac=1, random_state=1), plain, nullable):
        pd.testing.assert_frame_equal(
            stats(other).reset_index(drop=True), expected.reset_index(drop=True)
        )


def test_a_name_that_nobody_knows_is_refused() -> None:
    made = read(record(108, **packets(10)))

    with pytest.raises(MissingColumnError, match=r"'stats\.decoder\.pktz'.*Close to.*pkts'"):
        stats(made, counters=["decoder.pktz"])


@pytest.mark.parametrize("name", ["decoder", "stats.decoder", "capture", "flow"])
def test_the_name_of_an_object_is_refused(name: str) -> None:
    """It is known, but it is no counter: its column would be empty."""
    made = read(record(108, **packets(10), capture={"kernel_packets": 1}, flow={"tcp": 1}))

    with pytest.raises(MissingColumnError, match=rf"'stats\.{name.removeprefix('stats.')}'"):
        stats(made, counters=[name])


@pytest.mark.parametrize("given", [7, [7], None])
def test_a_name_is_text(given: Any) -> None:
    with pytest.raises(EveTypeError, match=r"counters are names such as 'decoder\.pkts', not"):
        stats(read(record(108)), counters=given)


@pytest.mark.parametrize("column", ["event_type", "timestamp"])
def test_what_it_cannot_do_without_is_named(column: str) -> None:
    with pytest.raises(MissingColumnError, match=rf"stats\(\) needs the column '{column}'"):
        stats(read(record(108)).drop(columns=column))


def test_records_that_are_not_flat_are_refused() -> None:
    with pytest.raises(MissingColumnError, match=r"'stats' is not flat: df.eve.normalize_types"):
        stats(pd.DataFrame([record(108, **packets(10))]))


def test_the_frame_stays_as_it_was(sample8: pd.DataFrame) -> None:
    before = sample8.copy()

    table = stats(sample8)
    table.loc[table.index[0], "uptime"] = 9

    pd.testing.assert_frame_equal(sample8, before)
