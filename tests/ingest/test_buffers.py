"""Memory that is used again, but never while anyone can see it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.buffers import Buffers


def as_arrow(buffer: bytearray) -> pa.Array:
    data = np.frombuffer(memoryview(buffer)[:8].toreadonly(), np.uint8)
    offsets = pa.py_buffer(np.array([0, 4, 8], np.int64))
    return pa.Array.from_buffers(pa.large_binary(), 2, [None, offsets, pa.py_buffer(data)])


VIEWS: dict[str, Callable[[bytearray], Any]] = {
    "view": memoryview,
    "part": lambda buffer: memoryview(buffer)[2:3],
    "read-only": lambda buffer: memoryview(buffer)[:4].toreadonly(),
    "numpy": lambda buffer: np.frombuffer(buffer, np.uint8),
    "numpy of a part": lambda buffer: np.frombuffer(memoryview(buffer)[:4], np.uint8)[1:],
    "arrow buffer": pa.py_buffer,
    "arrow array": as_arrow,
    "arrow slice": lambda buffer: as_arrow(buffer)[1:],
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_no_buffer_is_used_again_while_it_is_seen(view: Callable[[bytearray], Any]) -> None:
    buffers = Buffers(size=16, most=1)
    buffer = buffers.take()
    seen = view(buffer)

    assert buffers.take() is not buffer
    del seen
    gc.collect()
    assert buffers.take() is buffer


def test_no_more_are_kept_than_asked() -> None:
    buffers = Buffers(size=4, most=2)
    views = [memoryview(buffers.take()) for _ in range(5)]

    assert len({id(view.obj) for view in views}) == 5
    del views
    assert len(buffers._kept) == 2


def test_the_size_stays() -> None:
    buffers = Buffers(size=1 << 20)

    assert {len(buffers.take()) for _ in range(3)} == {1 << 20}


def test_as_many_are_kept_as_memory_allows() -> None:
    """Small blocks are joined, so that many of them are in use at a time."""
    assert [Buffers(size=size)._most for size in (6 << 20, 64 << 20)] == [16, 4]
