"""Hypothesis strategies for EVE: values, events, lines and whole files.

Needs hypothesis: ``pip install suricata_eve[testing]``. Element strategies come first,
each takes keyword arguments only, and a pool of nasty values picked by hand
(:mod:`suricata_eve.testing.pool`) is mixed into what they make::

    from hypothesis import given
    from suricata_eve.testing import strategies as eve


    @given(eve.eve_files())
    def test_my_tool(data): ...
"""

from __future__ import annotations

from suricata_eve.testing.events import events, known_values, wild_events
from suricata_eve.testing.lines import damaged_lines, eve_files, lines, spell_line
from suricata_eve.testing.values import (
    flow_ids,
    integers,
    ip_addresses,
    json_values,
    moments,
    numbers,
    ports,
    scalars,
    spell_time,
    texts,
    timestamps,
    unknown_keys,
)

__all__ = [
    "damaged_lines",
    "eve_files",
    "events",
    "flow_ids",
    "integers",
    "ip_addresses",
    "json_values",
    "known_values",
    "lines",
    "moments",
    "numbers",
    "ports",
    "scalars",
    "spell_line",
    "spell_time",
    "texts",
    "timestamps",
    "unknown_keys",
    "wild_events",
]
