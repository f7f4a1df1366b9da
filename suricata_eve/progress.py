"""A progress bar over the bytes that are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from suricata_eve.optional import import_optional_dependency

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(total: int | None) -> Iterator[Callable[[int], object]]:
    """Show a progress bar for a ``with`` block: a widget in a notebook, else a line of text.

    Parameters
    ----------
    total : int or None
        Bytes in all, as they are stored; None if that is unknown.

    Yields
    ------
    callable
        To be told of each number of bytes that have been read.

    Raises
    ------
    MissingDependencyError
        If tqdm is not installed.
    """
    tqdm = import_optional_dependency("tqdm.auto", extra="progress", purpose="progress=True")
    with tqdm.tqdm(total=total, unit="B", unit_scale=True, desc="reading") as bar:
        yield bar.update
