"""Frames of events in partitions."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["dealt", "failing", "in_parts"]


def in_parts(frame: pd.DataFrame, sizes: list[int]) -> Any:
    """Cut a frame into partitions of so many rows."""
    import dask
    import dask.dataframe as dd

    assert sum(sizes) == len(frame)
    ends = np.cumsum([0, *sizes]).tolist()

    def part(number: int) -> pd.DataFrame:
        return frame.iloc[ends[number] : ends[number + 1]]

    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(part, list(range(len(sizes))), meta=frame.iloc[:0])


def dealt(frame: pd.DataFrame, npartitions: int) -> Any:
    """Deal rows to partitions like cards, so that the events of a flow are in several."""
    places = [np.arange(first, len(frame), npartitions) for first in range(npartitions)]
    return in_parts(frame.take(np.concatenate(places)), [len(part) for part in places])


def noting(frame: pd.DataFrame, npartitions: int, made: list[int]) -> Any:
    """Deal rows to partitions that note their numbers each time they are made."""
    import dask
    import dask.dataframe as dd

    def part(number: int) -> pd.DataFrame:
        made.append(number)
        return frame.iloc[number::npartitions]

    # Dask would take a frame for one like it that there was before, with another list.
    label = f"noting-{uuid.uuid4().hex}"
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(part, range(npartitions), meta=frame.iloc[:0], label=label)


def failing(frame: pd.DataFrame, npartitions: int = 3) -> Any:
    """Make a frame that cannot be computed."""
    import dask
    import dask.dataframe as dd

    def part(number: int) -> pd.DataFrame:
        msg = f"partition {number} was made"
        raise AssertionError(msg)

    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(part, list(range(npartitions)), meta=frame.iloc[:0])
