"""Work that goes on in the background, a bounded number of calls behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

__all__ = ["Behind", "Beside"]


class Behind:
    """Make calls on a thread of its own, in their order; a context manager.

    Parameters
    ----------
    name : str
        Name of the thread.
    waiting : int, default 1
        How many calls may be under way or waiting when another one is asked for.

    Notes
    -----
    What a call raises is raised by `call` or `wait` later on. When the ``with`` block is left,
    calls that were not begun are not made.
    """

    def __init__(self, name: str, *, waiting: int = 1) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"suricata_eve_{name}")
        self._most = waiting
        self._calls: deque[Future[None]] = deque()

    def __enter__(self) -> Behind:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread."""
        self._pool.shutdown(cancel_futures=True)

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called, when those before it have returned."""
        while len(self._calls) >= self._most:
            self._calls.popleft().result()
        try:
            self._calls.append(self._pool.submit(function))
        except RuntimeError:  # no thread can be started: then without
            self.wait()
            function()

    def wait(self) -> None:
        """Wait until all calls have returned."""
        while self._calls:
            self._calls.popleft().result()


class Beside:
    """Make calls on several threads: for one key in their order, for several side by side.

    Parameters
    ----------
    name : str
        Name of the threads.
    threads : int
        How many calls may be under way.

    Notes
    -----
    What a call raises is raised by `call` or `wait` later on.
    """

    def __init__(self, name: str, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"suricata_eve_{name}")
        self._most = threads
        self._calls: dict[str, Future[None]] = {}

    def call(self, key: str, function: Callable[[], None]) -> None:
        """Have a function called, when the one before it of the same key has returned."""
        self.wait(key)
        while len(self._calls) >= self._most:
            wait(self._calls.values(), return_when=FIRST_COMPLETED)
            for other in [key for key, call in self._calls.items() if call.done()]:
                self.wait(other)
        try:
            self._calls[key] = self._pool.submit(function)
        except RuntimeError:  # no thread can be started: then without
            function()

    def wait(self, key: str) -> None:
        """Wait until the calls of a key have returned."""
        call = self._calls.pop(key, None)
        if call is not None:
            call.result()

    def wait_for_all(self) -> None:
        """Wait until all calls have returned."""
        for key in list(self._calls):
            self.wait(key)

    def end(self) -> None:
        """Wait until what is under way has returned, whatever comes of it, and end the threads."""
        self._pool.shutdown(cancel_futures=True)
