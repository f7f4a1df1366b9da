"""Warnings point at the user's own line, whichever way the events are asked for."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suricata_eve import load_sample, normalize_types, read_eve, sample, scan_eve
from suricata_eve.errors import EveWarning
from suricata_eve.warn import warn

BAD = b'{"event_type":"dns","n":1}\n{cut\n{"event_type":"dns","n":2}\n'
TOLD = "1 of 3 lines left out (first: <bytes>, line 2: "

# Each stands in one line, on which the warning must be.
WAYS: dict[str, Callable[[Path], Any]] = {
    "read_eve": lambda _: read_eve(BAD),
    "read_eve-order": lambda _: read_eve(BAD, order="file", dtype_backend="numpy_nullable"),
    "to_pandas": lambda _: scan_eve(BAD).to_pandas(),
    "to_arrow": lambda _: scan_eve(BAD).to_arrow(),
    "tables": lambda _: scan_eve(BAD).tables(),
    "count": lambda _: scan_eve(BAD).count(),
    "to_parquet": lambda folder: scan_eve(BAD).to_parquet(folder),
    "batches-list": lambda _: list(scan_eve(BAD).batches(events=1)),
    "batches-loop": lambda _: [len(frame) for frame in scan_eve(BAD).batches(events=1)],
}


def told(function: Callable[[], object]) -> warnings.WarningMessage:
    """Return the one warning."""
    with pytest.warns(EveWarning) as caught:
        function()
    (warning,) = caught
    return warning


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_warning_is_at_the_line_that_asked(way: Callable[[Path], Any], tmp_path: Path) -> None:
    """There is one, with counts, even where it comes from inside a generator."""
    warning = told(lambda: way(tmp_path))

    assert warning.filename == __file__
    assert warning.lineno == way.__code__.co_firstlineno
    assert str(warning.message).startswith(TOLD)


def test_the_warning_of_batches_comes_with_the_end_of_the_loop() -> None:
    """Once, over all frames; whoever stops before has not read what it tells of."""
    batches = scan_eve(BAD).batches(events=1)
    next(batches)
    next(batches)
    warning = told(lambda: next(batches, None))

    assert warning.filename == __file__


def test_the_warning_of_a_sample_is_at_the_line_that_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sample.json"
    path.write_bytes(BAD)
    monkeypatch.setitem(sample._FILES, "other", str(path))
    warning = told(lambda: load_sample("other"))

    assert warning.filename == __file__


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("suricata_eve", True),
        ("suricata_eve.analysis.alerts", True),
        ("suricata_eve_tools", False),
        ("my.suricata_eve", False),
        ("__main__", False),
        ("", False),
    ],
)
def test_only_modules_of_this_package_are_passed_over(name: str, *, is_ours: bool) -> None:
    """Not one whose name is almost the same."""
    code = compile("\n\nwarn('told')", "caller.py", "exec")
    warning = told(lambda: exec(code, {"__name__": name, "warn": warn}))  # noqa: S102

    assert str(warning.message) == "told"
    assert (warning.filename == __file__) == is_ours
    assert (warning.filename, warning.lineno) == ("caller.py", 3) or is_ours


@pytest.mark.parametrize("choice", ["skip", "error"])
def test_there_is_no_warning_where_none_is_wanted(choice: Any) -> None:
    """`simplefilter("error")` of the test run would raise it."""
    scan = scan_eve(BAD if choice == "skip" else b'{"n":1}\n', on_bad_lines=choice)

    assert scan.count().sum() == len(scan.to_pandas())


ODD_NAMES = [
    lambda: read_eve(b'{"a\\u001b[2J":1}\n{"a\\u001b[2J":"t"}\n'),
    lambda: normalize_types(pd.DataFrame({"event_type": ["x"], "a\x1b[2J": [[1, "t"]]})),
    lambda: warn("a\x1b[2J \u202e\n"),
]


@pytest.mark.parametrize("way", ODD_NAMES, ids=["read_eve", "normalize_types", "warn"])
def test_names_of_fields_do_nothing_to_a_terminal(way: Callable[[], object]) -> None:
    """MQTT clients choose some of them."""
    text = str(told(way).message)

    assert "a\\x1b[2J" in text
    assert text.isprintable()


def test_nothing_to_tell_is_no_warning() -> None:
    warn(None)


def test_a_warning_without_any_caller_outside_is_still_given() -> None:
    """Such as from a thread that this package would start."""
    code = compile("warn('told')", "inside.py", "exec")
    space = {"__name__": "suricata_eve.inside", "warn": warn}
    thread = threading.Thread(target=exec, args=(code, space))

    def run() -> None:
        thread.start()
        thread.join()

    assert str(told(run).message) == "told"
