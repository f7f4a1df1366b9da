"""Texts from templates are right where Arrow's own functions have been wrong."""

from __future__ import annotations

import pyarrow as pa

from suricata_eve.analysis.templates import only, together


def test_texts_of_a_slice_are_kept_whole() -> None:
    """GH-41479 of Arrow: `if_else` with a null made texts of other bytes of them."""
    part = pa.array(["a long one before the slice", "yy", "zzz", None]).slice(1)

    kept = only(pa.array([True, False, None]), part)

    kept.validate(full=True)
    assert kept.to_pylist() == ["yy", None, None]
    assert only(pa.array([True, None, True]), part).to_pylist() == ["yy", None, None]


def test_a_row_without_parts_stays_a_row() -> None:
    """Arrow's `binary_join_element_wise` leaves out rows of which every part is missing."""
    parts = [pa.array([" a", None, None]), pa.array([", b", ", b", None])]

    assert together(parts).to_pylist() == ["a, b", "b", None]
