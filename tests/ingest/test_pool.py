"""Threads with deep stacks: all there at once, and none left behind."""

from __future__ import annotations

import gc
import gzip
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import our_threads
import pytest

from suricata_eve import scan_eve
from suricata_eve.ingest.ahead import run_ahead
from suricata_eve.ingest.pool import deep_pool
from suricata_eve.ingest.segments import Segmenter


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_all_threads_are_started_and_then_ended(threads: int) -> None:
    with deep_pool(threads):
        assert len(our_threads.names()) == threads
    assert our_threads.names() == []


def test_the_threads_have_room_for_deep_calls_and_others_are_as_before() -> None:
    def deep(levels: int) -> int:
        # The key function makes the interpreter use the stack of the thread.
        return 1 + max([levels - 1], key=deep) if levels else 0

    usual, limit = threading.stack_size(), sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)
    try:
        with deep_pool(1) as pool:
            assert threading.stack_size() == usual
            assert pool.submit(deep, 9000).result() == 9000
    finally:
        sys.setrecursionlimit(limit)
    assert threading.stack_size() == usual


def test_results_and_errors_come_back() -> None:
    with deep_pool(2) as pool:
        assert list(pool.map(abs, range(-50, 0))) == list(range(50, 0, -1))
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()


def test_what_waits_is_not_run_once_the_block_is_left() -> None:
    """What runs already is waited for."""
    ran: list[int] = []
    gate = threading.Event()

    def work(number: int) -> None:
        gate.wait(10)
        ran.append(number)

    def fail() -> None:
        with deep_pool(1) as pool:
            for number in range(100):
                pool.submit(work, number)
            while pool._work_queue.qsize() != 99:
                time.sleep(0.001)
            gate.set()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(ran) < 100
    assert our_threads.names() == []


def test_a_pool_inside_another_has_threads_of_its_own() -> None:
    with deep_pool(1) as outer, deep_pool(1) as inner:
        names = {pool.submit(threading.get_ident).result() for pool in (outer, inner)}

    assert len(names) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_an_interrupt_while_threads_start_leaves_none_waiting(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would keep the process from ending."""
    wait: Callable[..., int] = threading.Barrier.wait
    usual = threading.stack_size()

    def interrupted(barrier: threading.Barrier, timeout: Any = None) -> int:
        if threading.current_thread() is threading.main_thread():
            raise error
        return wait(barrier, timeout)

    monkeypatch.setattr(threading.Barrier, "wait", interrupted)
    with pytest.raises(error), deep_pool(3):
        pass
    assert our_threads.left() == []
    assert threading.stack_size() == usual


def parsed() -> Iterator[object]:
    return Segmenter(threads=2).read([b'{"event_type": "a"}\n'] * 9, source="x")


def read_ahead() -> Iterator[object]:
    return run_ahead((n for n in range(9)), stop=threading.Event())


def batches() -> Iterator[object]:
    return scan_eve(gzip.compress(b'{"event_type": "a"}\n' * 9)).batches(events=2)


@pytest.mark.parametrize("make", [parsed, read_ahead, batches])
def test_garbage_collection_does_not_wait_for_threads(
    make: Callable[[], Iterator[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs anywhere: also on a thread that is being started, for which the others wait."""
    reader = make()
    next(reader)
    held = [reader]
    held.append(held)  # type: ignore[arg-type] # only the collector ends it
    joined: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "join", lambda *thread: joined.append(thread))
        del reader, held
        gc.collect()

    assert joined == []
    assert our_threads.left() == []
