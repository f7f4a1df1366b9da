"""One item ahead on another thread, which ends in whatever way the reading does."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

import our_threads
import pytest

from suricata_eve.ingest.ahead import run_ahead


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert our_threads.left() == []


class Items:
    """Count items, and know what happened to them."""

    def __init__(self, count: int, failure: BaseException | None = None) -> None:
        self.made = 0
        self.closed = False
        self.thread = ""
        self.second = threading.Event()
        self._count, self._failure = count, failure

    def make(self) -> Generator[int, None, None]:
        try:
            for number in range(self._count):
                self.thread = threading.current_thread().name
                self.made += 1
                if self.made == 2:
                    self.second.set()
                yield number
            if self._failure is not None:
                raise self._failure
        finally:
            self.closed = True


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_all_items_in_order(count: int) -> None:
    items = Items(count)

    assert list(run_ahead(items.make(), stop=threading.Event())) == list(range(count))
    assert items.closed


def test_the_next_is_made_meanwhile_and_no_more_than_that() -> None:
    items = Items(5)
    ahead = run_ahead(items.make(), stop=threading.Event())
    next(ahead)

    assert items.second.wait(10)
    assert items.made == 2
    assert items.thread.startswith("suricata_eve_source")
    assert list(ahead) == [1, 2, 3, 4]


def test_whoever_stops_early_leaves_nothing_behind() -> None:
    items, stop = Items(100), threading.Event()
    ahead = run_ahead(items.make(), stop=stop)
    next(ahead)
    ahead.close()

    assert (stop.is_set(), items.closed, items.made <= 2) == (True, True, True)
    assert our_threads.left() == []


def test_one_that_was_never_started_has_no_thread() -> None:
    run_ahead(Items(3).make(), stop=threading.Event())

    assert our_threads.names() == []


@pytest.mark.parametrize("failure", [ValueError("x"), OSError("disk"), KeyboardInterrupt()])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_goes_wrong_is_raised_in_its_place(failure: BaseException, count: int) -> None:
    ahead = run_ahead(Items(count, failure).make(), stop=threading.Event())

    assert list(itertools.islice(ahead, count)) == list(range(count))
    with pytest.raises(type(failure)) as caught:
        next(ahead)
    assert caught.value is failure


def test_what_goes_wrong_with_what_nobody_wants_is_not_raised() -> None:
    items = Items(1, ValueError("x"))
    ahead = run_ahead(items.make(), stop=threading.Event())

    assert next(ahead) == 0
    ahead.close()
    assert items.closed


def test_long_work_is_given_up() -> None:
    """The stop is told to the one who makes, before it is waited for."""
    stop = threading.Event()

    def make() -> Generator[int, None, None]:
        yield 0
        assert stop.wait(10)
        yield 1

    ahead = run_ahead(make(), stop=stop)
    next(ahead)
    ahead.close()


def test_without_threads_it_works_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)

    assert list(run_ahead(Items(3).make(), stop=threading.Event())) == [0, 1, 2]


def test_a_forgotten_one_does_not_keep_the_process_from_ending() -> None:
    code = (
        "import threading\n"
        "from suricata_eve.ingest.ahead import run_ahead\n"
        "ahead = run_ahead((n for n in range(9)), stop=threading.Event())\n"
        "print(next(ahead))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert (answer.stdout, answer.stderr) == ("0\n", "")
