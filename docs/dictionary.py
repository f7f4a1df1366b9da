"""Render the dictionary of EVE's fields, from the package's own table of them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from suricata_eve.schema.event_types import setting_for
from suricata_eve.schema.fields import Field, arrow_type, fields, sort_key

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HOLDERS", "dtype_of", "releases_of", "render", "section_of", "write"]

HOLDERS = {
    "email": "Of the mail: in `smtp` events, in `fileinfo` events and alerts on mail.",
    "ether": "Ethernet addresses, in any event that comes of a packet or a flow.",
    "firewall": "Of Suricata's firewall mode.",
    "igmp": "Of IGMP messages.",
    "packet_info": "Of the packet in `packet`: in alerts, `packet` and `anomaly` events.",
    "rgmp": "Of RGMP messages.",
    "rpc": "Of the remote procedure call around NFS: in `nfs` and `fileinfo` events, and alerts.",
    "sctp": "Of the chunks of SCTP.",
    "tcp": "Flags and state of a TCP connection: in `flow` and `netflow` events.",
    "traffic": "What rules call the traffic, by flowbits `traffic/id/…` and `traffic/label/…`.",
    "tunnel": "Of the packet around the packet that raised an alert.",
    "verdict": "What Suricata did with the packet in the end: in alerts.",
}
"""Objects of fields that no event type is called like, and which events have them."""

_FIRST, _NEWEST = "7.0.0", "main"
_OPEN_TYPES = {
    "array<object>": "list<item: struct<…>>[pyarrow]",
    "array<any>": "list<item: …>[pyarrow]",
    "object": "a column for each field in it",
}
_NAMES = ("Field", "JSON type", "dtype", "Releases", "Setting")


def dtype_of(field: Field) -> str:
    """Return the dtype that a frame has for a field, as pandas shows it."""
    known = arrow_type(field.path)
    return _OPEN_TYPES[field.json_type] if known is None else str(pd.ArrowDtype(known))


def releases_of(field: Field) -> str:
    """Return in words which releases have a field."""
    first, last = field.first_release, field.last_release
    if first == last:
        return f"{first} only"
    if last == _NEWEST and first != _FIRST:
        return f"since {first}"
    if first == _FIRST and last != _NEWEST:
        return f"until {last}"
    return f"{first} to {last}"


def section_of(path: str) -> str:
    """Return under which heading a field is: its object, a part of ``stats``, or none."""
    first, _, rest = path.partition(".")
    if first == "stats" and "." in rest:
        return f"stats.{rest.partition('.')[0]}"
    return first if rest else ""


def render() -> str:
    """Return the headings and tables of all fields, as MyST."""
    sections: dict[str, list[Field]] = {}
    for path in sorted(fields(), key=sort_key):
        sections.setdefault(section_of(path), []).append(fields()[path])
    ordered = sorted(sections, key=lambda name: (name.partition(".")[0] == "stats", name))
    return "\n".join(_section(name, sections[name]) for name in ordered)


def write(path: Path) -> None:
    """Write what :func:`render` returns to a file, if that is not what it holds."""
    text = render()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _section(name: str, members: list[Field]) -> str:
    names = " ".join(f'<th scope="col">{column}</th>' for column in _NAMES)
    return "\n".join(
        [
            _heading(name),
            "",
            "```{raw} html",
            '<div class="field-table">',
            f'<table class="table">\n<colgroup>{"<col>" * len(_NAMES)}</colgroup>',
            f"<thead><tr> {names} </tr></thead>\n<tbody>",
            *(_row(member) for member in members),
            "</tbody>\n</table>\n</div>",
            "```",
            "",
        ]
    )


def _heading(name: str) -> str:
    if not name:
        return "## Top level\n\nOf events of any type, or of several types."
    if "." in name:
        return f"### {name}"
    of_events = f"Of the event type [`{name}`](event-types.md#{name})."
    return f"## {name}\n\n{HOLDERS.get(name, of_events)}"


def _row(field: Field) -> str:
    path = escape(field.path)
    breakable = path.replace(".", ".<wbr>").replace("_", "_<wbr>")
    dtype = escape(dtype_of(field))
    if field.json_type != "object":
        dtype = f"<code>{dtype}</code>"
    setting = re.sub("'([^']+)'", r"<code>\1</code>", setting_for(field.path) or "")
    return (
        f'<tr id="{path}"> <td><a href="#{path}"><code>{breakable}</code></a></td>'
        f" <td>{escape(field.json_type)}</td> <td>{dtype}</td>"
        f" <td>{releases_of(field)}</td> <td>{setting}</td> </tr>"
    )
