"""What fuzzing has found, each as small as it gets."""

from __future__ import annotations

import io
from typing import Any, Literal

import pandas as pd
import pytest

import suricata_eve
from suricata_eve.testing import assert_equals_json

BACKENDS: tuple[Literal["pyarrow", "numpy_nullable"], ...] = ("pyarrow", "numpy_nullable")


def read(data: bytes, **options: Any) -> pd.DataFrame:
    df = suricata_eve.read_eve(data, on_bad_lines="skip", **options)
    assert_equals_json(df, io.BytesIO(data))
    return df


@pytest.mark.parametrize("dtype_backend", BACKENDS)
def test_nan_in_a_field_is_there(dtype_backend: Literal["pyarrow", "numpy_nullable"]) -> None:
    """Although pandas 3 makes NaN a missing value where Arrow's data becomes its own dtype."""
    df = read(b'{"x":NaN}\n{"y":1}\n{"x":1.5}\n', dtype_backend=dtype_backend)

    assert df["x"].isna().tolist() == [False, True, False]


def test_byte_order_marks_of_joined_files_are_no_error() -> None:
    """Several, too, with the padding of a truncated file between them."""
    df = read(b'\xef\xbb\xbf\x00\xef\xbb\xbf{"x":1}\n{"x":2}\n')

    assert df["x"].tolist() == [1, 2]
    assert df.attrs["eve"]["bad_lines"] == 0


@pytest.mark.parametrize("other", ["1", "true"])
@pytest.mark.parametrize("value", ["9223372036854775808", "18446744073709551615", "1e300", "-1"])
def test_a_number_beyond_63_bits_where_true_or_false_belongs(value: str, other: str) -> None:
    """It is missing, like every other value that is neither, and the read goes on."""
    line = b'{"tls":{"session_resumed":%s}}\n'
    df = read(line % value.encode() + line % other.encode())

    assert df["tls.session_resumed"].tolist() == [pd.NA, True]
    assert df.attrs["eve"]["bad_values"] == 1
