"""DNS, a row per query or answer, in whichever of its three versions Suricata logs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa

from suricata_eve.analysis.views.choice import choose, flag
from suricata_eve.analysis.views.dns_messages import Messages, messages
from suricata_eve.analysis.views.largetext import spread
from suricata_eve.analysis.views.tables import LAST, Column, Rows
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from suricata_eve.analysis.views.dns_records import Records

__all__ = ["Section", "dns"]

Section: TypeAlias = Literal["question", "answer", "authority", "additional"]
"""Sections of a DNS message (RFC 1035, 4.1)."""

_SECTIONS = get_args(Section)
_PROTO = Column("proto", pa.string(), ("proto",))


def dns(
    frame: pd.DataFrame,
    *,
    alerts: bool = True,
    sections: Section | Iterable[Section] = ("question", "answer"),
) -> pd.DataFrame:
    """Return DNS queries and answers, one a row, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    alerts : bool, default True
        Whether alerts that log DNS are rows as well.
    sections : {"question", "answer", "authority", "additional"} or iterable of these
        Which sections of a message give rows; ``("question", "answer")`` by default.

    Returns
    -------
    DataFrame
        With the index labels of the events, and these columns:

        - ``timestamp`` (timestamp[us, UTC]), ``flow_id`` (int64; uint64 if one exceeds
          it), ``event_type`` (string);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16),
          ``proto`` (string);
        - ``type`` (string): ``request`` or ``response``, the message that was logged;
        - ``section`` (string): where in it the row's record stands;
        - ``id``, ``tx_id`` (int64): of the message, and the number of the transaction in
          its flow, which version 2 logs of requests alone;
        - ``query_rrname``, ``query_rrtype`` (string): what was asked for, also beside an
          answer; of several questions the first;
        - ``rrname``, ``rrtype`` (string), ``ttl`` (int64, seconds), ``rdata`` (string): of
          the record; a question has no more than the first two;
        - ``rcode`` (string): of a response;
        - ``answer_count`` (int64): records in the answer section, as far as logged;
        - ``opcode`` (int64), ``flags`` (string, hexadecimal), ``aa``, ``tc``, ``rd``,
          ``ra`` (bool): of the message;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveOptionError
        If ``sections`` names none, or one that DNS does not have.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.dns : The same as a method, with examples.
    """
    wanted = _sections(sections)
    alerts_with = "dns" if flag(alerts, "alerts") else None
    positions = choose(frame, ["dns"], method="dns", fields_of="dns", alerts_with=alerts_with)
    # Read in the order of the frame, which copies little, and put into that of time at the end.
    rank = np.argsort(positions)
    rows = Rows(frame, np.sort(positions), method="dns")
    common = rows.common() | rows.columns([_PROTO])
    data, parents = _records(messages(rows, wanted), wanted, rank)
    last = rows.columns(LAST)
    rows.warn()
    common, last = (spread(part, parents, method="dns") for part in (common, last))
    return arrow_frame(common | data | last, rows.index.take(parents))


def _sections(value: object) -> list[str]:
    names = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    for name in names:
        if not isinstance(name, str):
            msg = f"a section is text, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
    if not names or not set(names) <= set(_SECTIONS):
        msg = f"sections are one or more of {', '.join(map(repr, _SECTIONS))}, not {names!r}"
        raise EveOptionError(msg)
    return [str(name) for name in names]


def _records(
    parts: list[Messages], wanted: list[str], rank: NDArray[np.int64]
) -> tuple[dict[str, pa.Array], NDArray[np.int64]]:
    """Return a row per record, and the event of each, in the order of events and sections."""
    chosen: list[tuple[int, int, Records]] = [
        (number, section, part.sections[name])
        for number, part in enumerate(parts)
        for section, name in enumerate(_SECTIONS)
        if name in wanted and name in part.sections
    ]
    # Messages of all parts, one after the other.
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    message = np.concatenate([records.owner + starts[number] for number, _, records in chosen])
    lengths = [len(records.owner) for _, _, records in chosen]
    number = np.repeat([number for number, _, _ in chosen], lengths)
    section = np.repeat([section for _, section, _ in chosen], lengths)
    row = np.concatenate([part.rows for part in parts])[message]
    order = np.lexsort((section, message, number, rank[row]))

    places, of_message = pa.array(order), pa.array(message[order])
    about = {
        name: pa.concat_arrays([part.data[name] for part in parts]).take(of_message)
        for name in parts[0].data
    }
    record = {
        name: pa.concat_arrays([getattr(records, name) for _, _, records in chosen]).take(places)
        for name in ("rrname", "rrtype", "ttl", "rdata")
    }
    named = pa.array(_SECTIONS, pa.string()).take(pa.array(section[order]))
    data = {"type": about.pop("type"), "section": named}
    for name in ("id", "tx_id", "query_rrname", "query_rrtype"):
        data[name] = about.pop(name)
    return data | record | about, row[order]
