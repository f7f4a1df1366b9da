"""Pools of threads: with stacks for deeply nested lines, and an end that is safe anywhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

__all__ = ["deep_pool", "ending"]

_STACK_BYTES = 64 << 20  # see parse._MAX_OPENERS


@contextmanager
def deep_pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Make a thread pool for a ``with`` block; what waits in it is not run once that is left.

    Parameters
    ----------
    threads : int
        How many threads.

    Yields
    ------
    concurrent.futures.ThreadPoolExecutor
        The pool, with all its threads started.
    """
    usual = threading.stack_size(_STACK_BYTES)
    try:
        pool = ThreadPoolExecutor(threads, thread_name_prefix="suricata_eve")
        # The pool starts a thread for each of its first tasks, if none is idle.
        started = threading.Barrier(threads + 1)
        try:
            for _ in range(threads):
                pool.submit(started.wait)
            started.wait()
        except BaseException:
            # No memory for another thread, or an interrupt: those that wait would keep the
            # process from ending.
            started.abort()
            pool.shutdown(wait=False)
            raise
    finally:
        threading.stack_size(usual)
    with ending(pool):
        yield pool


@contextmanager
def ending(pool: ThreadPoolExecutor) -> Iterator[ThreadPoolExecutor]:
    """End a pool when a ``with`` block is left; what waits in it is not run.

    Parameters
    ----------
    pool : concurrent.futures.ThreadPoolExecutor
        The pool.

    Yields
    ------
    concurrent.futures.ThreadPoolExecutor
        The pool.

    Notes
    -----
    Its threads have ended then. Only in a generator that is closed are they told to, and not
    waited for: the one who closes may be the garbage collector, at any place, and also where a
    lock of `threading` is held that a thread needs to end.
    """
    wait = True
    try:
        yield pool
    except GeneratorExit:
        wait = False
        raise
    finally:
        pool.shutdown(wait=wait, cancel_futures=True)
