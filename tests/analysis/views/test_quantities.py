"""Numbers made of numbers are missing where they would mean nothing, and never an error."""

from __future__ import annotations

import pyarrow as pa

from suricata_eve.analysis.views.quantities import ratio, seconds, total


def integers(*values: int | None) -> pa.Array:
    return pa.array(values, pa.int64())


def test_a_length_of_time_beyond_what_a_double_counts_is_the_nearest() -> None:
    assert seconds(integers(1, None, 9_223_372_036_854_776)).to_pylist() == [
        1e-6,
        None,
        9_223_372_036.854776,
    ]


def test_a_ratio_needs_something_to_divide_by() -> None:
    found = ratio(integers(1, 1, 0, None, 2**62 + 1), integers(4, 0, 2, 1, 1))

    assert found.to_pylist() == [0.25, None, 0.0, None, float(2**62)]


def test_a_total_that_does_not_fit_is_missing() -> None:
    found = total(integers(1, 2**63 - 1, 2**63 - 1, -1, None), integers(2, 0, 1, 3, 1))

    assert found.to_pylist() == [3, 2**63 - 1, None, None, None]
