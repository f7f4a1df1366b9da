"""What the tests on Dask share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(params=["picked", "shuffled"])
def travel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows travel as among few partitions, and as among many."""
    exchange = pytest.importorskip("suricata_eve.dask.exchange")
    monkeypatch.setattr(exchange, "_FEW", {"picked": 1000, "shuffled": 0}[request.param])


@pytest.fixture
def shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows travel as among many partitions."""
    monkeypatch.setattr(pytest.importorskip("suricata_eve.dask.exchange"), "_FEW", 0)


@pytest.fixture
def at_once() -> Iterator[None]:
    """Compute in this thread, one task after the other."""
    dask = pytest.importorskip("dask")
    with dask.config.set(scheduler="sync"):
        yield
