"""One writer at a time: a lock that the system takes back when its process ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from suricata_eve.errors import EveDatasetError

__all__ = ["locked"]


@contextmanager
def locked(path: Path, *, what: str) -> Iterator[None]:
    """Hold a lock for a ``with`` block.

    Parameters
    ----------
    path : path
        The file to lock; it is made if it is not there, and stays.
    what : str
        What is locked by it, for the message.

    Yields
    ------
    None

    Raises
    ------
    EveDatasetError
        At once, if another holds it, in this process or another one.
    """
    with path.open("ab") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:
            msg = f"{what} is being written by someone else; wait until that is done"
            raise EveDatasetError(msg) from error
        try:
            yield
        finally:
            _unlock(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
