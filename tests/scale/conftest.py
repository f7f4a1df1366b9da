"""A cluster of worker processes on this machine, started and stopped by the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import many_events
import pytest

pytest.importorskip("distributed")

import worker_processes

# What Dask does with its sockets and processes when a worker dies is not ours to mend.
UNHEARD = (
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "scale" in item.path.parts:
            for one in UNHEARD:
                item.add_marker(pytest.mark.filterwarnings(one))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A client of a small cluster that the tests of a module share."""
    with worker_processes.running(memory="1 GiB") as client:
        yield client


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 50,000 events with flows of their own in each copy of the sample."""
    path = tmp_path_factory.mktemp("many") / "eve.json"
    many_events.write_many(path, events=50_000)
    return path
