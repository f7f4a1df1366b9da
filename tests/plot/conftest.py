"""No display, and no figure that outlives its test."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import pytest


@pytest.fixture(autouse=True)
def _no_display() -> Iterator[None]:
    import matplotlib.pyplot as plt

    backend = mpl.get_backend()
    plt.switch_backend("agg")
    before = dict(mpl.rcParams)
    yield
    assert {name for name, value in mpl.rcParams.items() if value != before[name]} == set()
    plt.close("all")
    plt.switch_backend(backend)


@pytest.fixture(params=["sample7", "sample8"])
def sample(request: pytest.FixtureRequest) -> object:
    """Either sample."""
    return request.getfixturevalue(request.param)
