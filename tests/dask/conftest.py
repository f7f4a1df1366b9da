"""What the tests on Dask share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def at_once() -> Iterator[None]:
    """Compute in this thread, one task after the other."""
    dask = pytest.importorskip("dask")
    with dask.config.set(scheduler="sync"):
        yield
