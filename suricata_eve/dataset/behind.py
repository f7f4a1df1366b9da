"""Work that goes on in the background, a bounded number of calls behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

__all__ = ["Behind"]


class Behind:
    """Make calls on threads of its own, those of one key in their order; a context manager.

    Parameters
    ----------
    name : str
        Name of the threads.
    threads : int, default 1
        How many calls, each of another key, may be under way when another one is asked for.

    Notes
    -----
    What a call raises is raised by `call` or `wait` later on. When the ``with`` block is left,
    what is under way has returned.
    """

    def __init__(self, name: str, *, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"suricata_eve_{name}")
        self._most = threads
        self._calls: dict[str, Future[None]] = {}

    def __enter__(self) -> Behind:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the threads."""
        self.end()

    def call(self, function: Callable[[], None], *, key: str = "") -> None:
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

    def wait(self, key: str | None = None) -> None:
        """Wait until the calls of a key have returned; by default all."""
        for one in list(self._calls) if key is None else [key]:
            call = self._calls.pop(one, None)
            if call is not None:
                call.result()

    def end(self) -> None:
        """Wait until what is under way has returned, whatever comes of it, and end the threads."""
        self._pool.shutdown(cancel_futures=True)
