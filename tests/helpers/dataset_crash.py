"""Ends the writing of a dataset at a chosen step, as a kill would: nothing is tidied up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow.parquet as pq

from suricata_eve.dataset import store

__all__ = ["Crash", "Steps", "crashing"]


_CLOSE = pq.ParquetWriter.close


class Crash(BaseException):
    """Not an Exception, as what catches those does not catch a kill."""


class Steps:
    """Counts what is done to the disk; at step `last` it ends, before or after it is done."""

    def __init__(self, last: int | None) -> None:
        self.done = 0
        self._last = None if last is None else last // 2
        self._after = bool(last is not None and last % 2)
        self._dead = False

    def wrap(self, function: Any) -> Any:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            if self._dead:  # nothing is done by who is dead
                if function is _CLOSE:  # nor said by a writer that goes
                    return None
                raise Crash
            at_last = self.done == self._last
            self.done += 1
            if at_last and not self._after:
                self._dead = True
                raise Crash
            result = function(*args, **kwargs)
            if at_last:
                self._dead = True
                raise Crash
            return result

        return stepped


def _end_threads(of: store.Store) -> None:
    """End what still writes: a kill ends all threads."""
    of._parts._writing.end()


@contextmanager
def crashing(last: int | None) -> Iterator[Steps]:
    """End what writes at a step; None only counts the steps."""
    steps = Steps(last)
    with (
        # First in and last out: a writer of a call that was killed before goes at any time, and
        # is no step of this one.
        patch.object(pq.ParquetWriter, "__del__", lambda _: None),
        patch.object(pq.ParquetWriter, "write_table", steps.wrap(pq.ParquetWriter.write_table)),
        patch.object(pq.ParquetWriter, "close", steps.wrap(_CLOSE)),
        patch.object(Path, "replace", steps.wrap(Path.replace)),
        patch.object(shutil, "rmtree", steps.wrap(shutil.rmtree)),
        patch.object(os, "fsync", steps.wrap(lambda _: None)),
        patch.object(store.Store, "abandon", _end_threads),
    ):
        yield steps
