"""Strategies for the values of EVE: text, numbers, times, addresses, any JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from suricata_eve.testing import pool
from suricata_eve.testing._hypothesis import st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

__all__ = [
    "flow_ids",
    "integers",
    "ip_addresses",
    "json_values",
    "moments",
    "numbers",
    "ports",
    "scalars",
    "spell_time",
    "texts",
    "timestamps",
    "unknown_keys",
]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOMENTS = (
    _EPOCH,
    dt.datetime(1950, 1, 1, tzinfo=dt.UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    dt.datetime(2000, 2, 29, 23, 59, 59, 1, tzinfo=dt.UTC),
    dt.datetime(2021, 3, 28, 1, 30, tzinfo=dt.UTC),
    dt.datetime(2021, 12, 10, 6, 12, 44, 123456, tzinfo=dt.UTC),
    dt.datetime(2262, 4, 11, 23, 47, 16, 854776, tzinfo=dt.UTC),
    dt.datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
)


def texts(*, max_size: int = 40) -> SearchStrategy[str]:
    r"""Make text as attackers and protocols bring it into EVE.

    Parameters
    ----------
    max_size : int, default 40
        Longest text that is made; those of the hand-picked pool may be longer.

    Returns
    -------
    SearchStrategy of str
        Any text without surrogates, which JSON in UTF-8 cannot hold.

    See Also
    --------
    suricata_eve.testing.pool.TEXTS : The texts that are mixed in.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.texts())
    ... def check(text: str) -> None:
    ...     assert text.encode().decode() == text
    >>> check()
    """
    made = st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)
    return st.one_of(st.sampled_from(pool.TEXTS), made)


def integers(*, min_value: int = -(2**63), max_value: int = 2**64 - 1) -> SearchStrategy[int]:
    """Make integers, often those beside the limits of doubles and of each width.

    Parameters
    ----------
    min_value : int, default -2**63
        Smallest integer.
    max_value : int, default 2**64 - 1
        Largest integer.

    Returns
    -------
    SearchStrategy of int
        Integers within the bounds, both included.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.integers(min_value=0))
    ... def check(value: int) -> None:
    ...     assert 0 <= value < 2**64
    >>> check()
    """
    inside = [value for value in pool.INTEGERS if min_value <= value <= max_value]
    made = st.integers(min_value, max_value)
    return st.one_of(st.sampled_from(inside), made) if inside else made


def numbers(*, allow_nan: bool = False) -> SearchStrategy[int | float]:
    """Make numbers of any kind and size, also integers that no fixed width holds.

    Parameters
    ----------
    allow_nan : bool, default False
        Also NaN and the infinities, which Python's ``json`` reads and writes.

    Returns
    -------
    SearchStrategy of int or float
        Integers and doubles.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.numbers())
    ... def check(value: float) -> None:
    ...     assert value == value
    >>> check()
    """
    spelled = [json.loads(number) for number in pool.NUMBER_SPELLINGS]
    if not allow_nan:
        spelled = [number for number in spelled if abs(number) < float("inf")]
    return st.one_of(
        integers(min_value=-(2**53), max_value=2**53),
        integers(min_value=-(10**31), max_value=10**31),
        st.sampled_from(spelled),
        st.floats(allow_nan=allow_nan, allow_infinity=allow_nan),
    )


def ports() -> SearchStrategy[int]:
    """Make port numbers.

    Returns
    -------
    SearchStrategy of int
        Integers from 0 to 65535.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.ports())
    ... def check(port: int) -> None:
    ...     assert 0 <= port <= 65535
    >>> check()
    """
    return st.one_of(st.sampled_from((80, 443, 53, 0, 1, 32768, 65535)), st.integers(0, 65535))


def flow_ids(*, max_value: int = 2**63 - 1) -> SearchStrategy[int]:
    """Make flow identifiers: 51 bits as today's releases write them, or wider.

    Parameters
    ----------
    max_value : int, default 2**63 - 1
        Largest identifier; up to ``2**53`` also a double holds it exactly.

    Returns
    -------
    SearchStrategy of int
        Positive integers.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.flow_ids(max_value=2**53))
    ... def check(flow_id: int) -> None:
    ...     assert int(float(flow_id)) == flow_id
    >>> check()
    """
    return st.one_of(
        st.integers(2**44, 2**51).filter(lambda value: value <= max_value),
        integers(min_value=1, max_value=max_value),
    )


def ip_addresses() -> SearchStrategy[str]:
    """Make addresses as Suricata writes them: IPv6 in full.

    Returns
    -------
    SearchStrategy of str
        IPv4 and IPv6 addresses.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.ip_addresses())
    ... def check(address: str) -> None:
    ...     assert len(address) == 39 or address.count(".") == 3
    >>> check()
    """
    return st.ip_addresses().map(lambda address: address.exploded)


def moments(
    *,
    min_value: dt.datetime = dt.datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value: dt.datetime = dt.datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
) -> SearchStrategy[dt.datetime]:
    """Make instants, to the microsecond.

    Parameters
    ----------
    min_value : datetime.datetime, default 1970-01-01
        Earliest instant, without a zone; some picked by hand may be earlier.
    max_value : datetime.datetime, default 2100-01-01
        Latest instant, without a zone; some picked by hand may be later.

    Returns
    -------
    SearchStrategy of datetime.datetime
        Times with the zone UTC.

    See Also
    --------
    timestamps : The text that Suricata would write.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.moments())
    ... def check(moment) -> None:
    ...     assert moment.utcoffset().total_seconds() == 0
    >>> check()
    """
    made = st.datetimes(min_value, max_value, timezones=st.just(dt.UTC))
    return st.one_of(st.sampled_from(_MOMENTS), made)


def spell_time(moment: dt.datetime, *, offset: str = "+0000", digits: int = 6) -> str:
    """Write an instant in one of the spellings that EVE files hold.

    Parameters
    ----------
    moment : datetime.datetime
        The instant, with a zone.
    offset : str, default "+0000"
        ``"Z"``, an offset with or without colon, or ``""`` for UTC without saying so.
    digits : int, default 6
        Digits of the second's fraction; what does not fit is cut, beyond the sixth comes ``7``.

    Returns
    -------
    str
        The time at that offset.

    Examples
    --------
    >>> import datetime as dt
    >>> from suricata_eve.testing import strategies as eve
    >>> noon = dt.datetime(2021, 12, 10, 12, 0, tzinfo=dt.UTC)
    >>> eve.spell_time(noon, offset="-0400", digits=3)
    '2021-12-10T08:00:00.000-0400'
    """
    away = dt.timedelta()
    if offset not in ("", "Z"):
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        away = dt.timedelta(minutes=-minutes if offset[0] == "-" else minutes)
    local = moment.astimezone(dt.UTC).replace(tzinfo=None) + away
    fraction = f"{local.microsecond:06d}".ljust(digits, "7")[:digits]
    return local.isoformat(timespec="seconds") + ("." + fraction if digits else "") + offset


def timestamps(
    *,
    times: SearchStrategy[dt.datetime] | None = None,
    offsets: Sequence[str] = pool.OFFSETS,
    digits: Sequence[int] = (6, 6, 0, 3, 7),
) -> SearchStrategy[str]:
    """Make times as text, in every spelling of their offset.

    Parameters
    ----------
    times : SearchStrategy of datetime.datetime, optional
        The instants, by default those of `moments`.
    offsets : sequence of str, default suricata_eve.testing.pool.OFFSETS
        Offsets to choose from.
    digits : sequence of int, default (6, 6, 0, 3, 7)
        Numbers of fractional digits to choose from.

    Returns
    -------
    SearchStrategy of str
        What a ``timestamp`` field may hold.

    See Also
    --------
    spell_time : The text of one instant.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.timestamps(offsets=["Z"]))
    ... def check(text: str) -> None:
    ...     assert text.endswith("Z")
    >>> check()
    """

    def spelled(moment: dt.datetime, offset: str, places: int) -> str:
        return spell_time(moment, offset=offset, digits=places)

    chosen = moments() if times is None else times
    return st.builds(spelled, chosen, st.sampled_from(offsets), st.sampled_from(digits))


def scalars() -> SearchStrategy[object]:
    """Make any JSON value that is neither an object nor a list.

    Returns
    -------
    SearchStrategy of object
        None, booleans, numbers of any size, text.

    See Also
    --------
    json_values : Objects and lists too.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.scalars())
    ... def check(value: object) -> None:
    ...     assert not isinstance(value, dict | list)
    >>> check()
    """
    return st.one_of(st.none(), st.booleans(), integers(), texts(), numbers())


def unknown_keys() -> SearchStrategy[str]:
    """Make names of fields that the schema does not have, odd ones above all.

    Returns
    -------
    SearchStrategy of str
        Also the empty name and names with dots.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.unknown_keys())
    ... def check(key: str) -> None:
    ...     assert key not in ("timestamp", "flow_id", "alert")
    >>> check()
    """
    made = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).map("x{}".format)
    return st.one_of(st.sampled_from(pool.KEYS), made)


def json_values(
    *, leaves: SearchStrategy[object] | None = None, max_leaves: int = 8
) -> SearchStrategy[object]:
    """Make any JSON value: scalars, objects, lists, and all of these in each other.

    Parameters
    ----------
    leaves : SearchStrategy of object, optional
        The innermost values, by default those of `scalars`.
    max_leaves : int, default 8
        How many innermost values there are at most.

    Returns
    -------
    SearchStrategy of object
        What `json.dumps` writes and `json.loads` reads again.

    Examples
    --------
    >>> import json
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.json_values())
    ... def check(value: object) -> None:
    ...     assert json.loads(json.dumps(value)) == value
    >>> check()
    """
    return st.recursive(
        scalars() if leaves is None else leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(unknown_keys(), inner, max_size=4)
        ),
        max_leaves=max_leaves,
    )
