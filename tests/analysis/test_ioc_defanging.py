"""Indicators written harmlessly, and read back from however people write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve import EveTypeError, defang, refang

TEXT = pd.ArrowDtype(pa.string())


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("192.0.2.1", "192[.]0[.]2[.]1"),
        ("2001:db8::77", "2001[:]db8[:][:]77"),
        ("fe80::1", "fe80[:][:]1"),
        ("::ffff:192.0.2.1", "[:][:]ffff[:]192[.]0[.]2[.]1"),
        ("www.example.com", "www[.]example[.]com"),
        ("a.b@example.com", "a[.]b[@]example[.]com"),
        ("http://www.example.com/a.php?b=1.5", "hxxp://www[.]example[.]com/a.php?b=1.5"),
        ("https://192.0.2.1:8443/", "hxxps://192[.]0[.]2[.]1:8443/"),
        ("ftp://a.example.com/", "fxp://a[.]example[.]com/"),
        ("ldap://a.example.com:1389/x", "ldap[://]a[.]example[.]com:1389/x"),
        ("http://[2001:db8::1]/", "hxxp://[2001:db8::1]/"),
        ("http://a.example.com/?u=http://b.example.com/", None),
        ("d" * 32, "d" * 32),
        ("t13d1516h2_8daaf6152771_b36669dc019e", "t13d1516h2_8daaf6152771_b36669dc019e"),
        ("", ""),
    ],
)
def test_there_and_back(plain: str, written: str | None) -> None:
    made = defang(plain)

    assert made.tolist() == [written] or written is None
    assert refang(made).tolist() == [plain]
    assert defang(made).tolist() == made.tolist()
    assert refang(plain).tolist() == [plain]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (" 192[.]0[.]2[.]1\n", "192.0.2.1"),
        ("192.0.2[.]1", "192.0.2.1"),
        ("192(.)0{.}2[dot]1", "192.0.2.1"),
        ("192[ . ]0( DOT )2[.]1", "192.0.2.1"),
        ("hXXps://a.example.com", "https://a.example.com"),
        ("h**p://a.example.com", "http://a.example.com"),
        ("h__ps://a.example.com", "https://a.example.com"),
        ("h[xx]p://a.example.com", "http://a.example.com"),
        ("h[tt]ps[:]//a.example[.]com", "https://a.example.com"),
        ("meow://a.example.com", "http://a.example.com"),
        ("hxxp[:]//a[.]example[.]com", "http://a.example.com"),
        ("hxxps[://]a[.]example[.]com[/]x", "https://a.example.com/x"),
        ("http[:]//a.example.com:80", "http://a.example.com:80"),
        ("fxp://a.example.com", "ftp://a.example.com"),
        ("a[at]example[dot]com", "a@example.com"),
        ("a(@)example.com", "a@example.com"),
        ("2001[:]db8::1", "2001:db8::1"),
        ("http://a.example.com/hxxp://b", "http://a.example.com/hxxp://b"),
        ("a.example.com/[x]", "a.example.com/[x]"),
        ("dot at (x)", "dot at (x)"),
    ],
)
def test_what_reports_write_is_read(written: str, plain: str) -> None:
    assert refang(written).tolist() == [plain]


def test_a_series_keeps_its_labels_its_name_and_what_is_missing() -> None:
    given = pd.Series(["a.b", None, "a.b"], index=[5, 5, 7], name="ioc")
    before = given.copy()
    expected = pd.Series(["a[.]b", None, "a[.]b"], index=[5, 5, 7], name="ioc", dtype=TEXT)

    pd.testing.assert_series_equal(defang(given), expected)
    pd.testing.assert_series_equal(given, before)
    pd.testing.assert_series_equal(refang(expected), given.astype(TEXT))


@pytest.mark.parametrize(
    "given",
    [
        ["a.b", None],
        ("a.b", None),
        np.array(["a.b", None], dtype=object),
        pd.Index(["a.b", None]),
        pd.Series(["a.b", None], dtype=TEXT).array,
        pd.Series(["a.b", None], dtype="string"),
        pd.Series(["a.b", None], dtype="category"),
        iter(["a.b", None]),
    ],
    ids=["list", "tuple", "array", "index", "arrow", "string", "category", "iterator"],
)
def test_any_container_of_texts_will_do(given: Any) -> None:
    pd.testing.assert_series_equal(defang(given), pd.Series(["a[.]b", None], dtype=TEXT))


@pytest.mark.parametrize("function", [defang, refang])
def test_nothing_is_nothing(function: Any) -> None:
    pd.testing.assert_series_equal(function([]), pd.Series([], dtype=TEXT))


@pytest.mark.parametrize("function", [defang, refang])
@pytest.mark.parametrize("wrong", [5, None, [["a"]]])
def test_what_is_no_text_is_refused(function: Any, wrong: Any) -> None:
    with pytest.raises(EveTypeError, match=rf"{function.__name__}\(\) takes texts"):
        function(wrong)


def test_megabytes_are_changed_in_no_time() -> None:
    for unit in ("[.]", "hxxp", "[", "http://", "(dot)", ":"):
        text = unit * 300_000
        assert isinstance(defang(text).iloc[0], str)
        assert isinstance(refang(text).iloc[0], str)
