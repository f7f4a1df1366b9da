"""Work that goes on in the background, call after call, a bounded number behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Behind"]


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
