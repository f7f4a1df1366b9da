"""Logarithmic scales of bytes, with a lane for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Scale", "bytes_text", "scale_of"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_MARGIN = 1.7


def bytes_text(number: int) -> str:
    """Write a number of bytes.

    Parameters
    ----------
    number : int
        Two digits and zeros.

    Returns
    -------
    str
        In units of thousands, as in "10 kB".
    """
    unit = min((len(str(number)) - 1) // 3, len(_UNITS) - 1)
    return f"{number / 1000**unit:,g} {_UNITS[unit]}"


class Scale(NamedTuple):
    """From where to where a logarithmic axis goes."""

    least: float
    """The least number above zero."""

    largest: float

    lane: bool
    """Whether zeros have a lane of their own below."""

    @property
    def _lane(self) -> float:
        """Return how many times as large the end of a lane is as its middle."""
        return float((self.largest / self.least) ** 0.06) * _MARGIN

    @property
    def border(self) -> float:
        """Return where the lane ends, or else the axis begins."""
        return self.least / _MARGIN

    @property
    def zero(self) -> float:
        """Return where zeros are."""
        return self.border / self._lane

    @property
    def low(self) -> float:
        """Return where the axis begins."""
        return self.zero / self._lane if self.lane else self.border

    @property
    def high(self) -> float:
        """Return where the axis ends."""
        return self.largest * _MARGIN

    def places(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return where values are on the axis."""
        return np.where(values > 0, values.astype(np.float64), self.zero)

    def ticks(self, most: int) -> tuple[list[float], list[str]]:
        """Return the places of ticks and their labels, not many more than so many."""
        low, high = int(np.floor(np.log10(self.border))), int(np.ceil(np.log10(self.high)))
        decades = high - low
        every = max(1, -(-decades // most))
        factors = (1, 2, 5) if 3 * decades <= most else (1, 3) if 2 * decades <= most else (1,)
        numbers = [
            factor * 10**power
            for power in range(max(low, 0), high + 1, every)
            for factor in factors
        ]
        numbers = [number for number in numbers if self.border <= number <= self.high]
        places, labels = [float(n) for n in numbers], [bytes_text(n) for n in numbers]
        return ([self.zero, *places], ["0", *labels]) if self.lane else (places, labels)


def scale_of(values: NDArray[np.int64]) -> Scale:
    """Return the scale that values need.

    Parameters
    ----------
    values : ndarray of int64
        Numbers of bytes, from 0; at least one.

    Returns
    -------
    Scale
        Of at least one power of ten.
    """
    there = values[values > 0]
    lane = bool((values <= 0).any())
    if not len(there):
        return Scale(1.0, 10.0, lane)
    least, largest = float(there.min()), float(there.max())
    widened = max((10 * least / largest) ** 0.5, 1.0)
    return Scale(max(least / widened, 1.0), largest * widened, lane)
