"""Work that goes on in the background, one item ahead of the one who asks for it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from suricata_eve.ingest.pool import ending

__all__ = ["run_ahead"]

T = TypeVar("T")


def run_ahead(
    items: Generator[T, None, None], *, stop: threading.Event
) -> Generator[T, None, None]:
    """Make items on another thread, one ahead of the one that is in use.

    Parameters
    ----------
    items : generator
        Makes the items. It is closed at the end, and runs on one thread at a time.
    stop : threading.Event
        Set when no more items are wanted; long work on one should then be given up.

    Yields
    ------
    object
        The items, in order. An exception of the generator is raised in its place.

    Examples
    --------
    >>> import threading
    >>> from suricata_eve.ingest.ahead import run_ahead
    >>> list(run_ahead((n * n for n in range(4)), stop=threading.Event()))
    [0, 1, 4, 9]
    """
    end = object()
    # An executor rather than a thread that loops: it is idle between items, and the
    # interpreter ends it also when whoever took the first items forgot about the rest.
    with ending(ThreadPoolExecutor(1, thread_name_prefix="suricata_eve_source")) as pool:
        waiting: Future[object] | None = None
        try:
            try:
                waiting = pool.submit(next, items, end)
            except RuntimeError:  # no thread can be started: then without
                yield from items
                return
            while (item := waiting.result()) is not end:
                waiting = pool.submit(next, items, end)
                yield item  # type: ignore[misc]
        finally:
            stop.set()
            if waiting is not None and not waiting.cancel():
                waiting.exception()  # wait; what went wrong with what nobody wants is not told
            items.close()
