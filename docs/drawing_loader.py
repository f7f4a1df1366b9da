"""Draw how the loader works, once for wide screens and once for telephones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawing_shapes import FAINT, INK, KINDS, LINE, MARGIN, PAPER, box, page, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["draw_loader"]

WIDTH, HEIGHT, GAP, DROP = 240, 216, 50, 60
ABSENT = "#e5e9f0"
LANE = 30  # below the last row of panels: the way past one of them

LINES = ("http", "dns", "alert", "flow", "http", "alert")
COLUMNS = {"http": (0, 1, 2), "alert": (0, 1, 2, 3), "dns": (0, 1, 4, 5)}


def _panel(x: float, y: float, title: str, says: str) -> list[str]:
    return [
        box(x, y, WIDTH, HEIGHT, fill=PAPER, edge=LINE),
        text(x + 14, y + 26, title, size=15),
        text(x + 14, y + HEIGHT - 16, says, color=FAINT, size=13),
    ]


def _chip(x: float, y: float, kind: str) -> list[str]:
    return [
        box(x, y - 13, 46, 18, fill=KINDS[kind]),
        text(x + 5, y, kind, color=PAPER, size=12, mono=True),
    ]


def _bytes(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "1  bytes", "blocks that end with a line")
    parts += [
        text(x + 14, y + 58, "eve.json", size=12, mono=True),
        text(x + 116, y + 58, "read, not mapped", color=FAINT, size=13),
        text(x + 14, y + 82, "eve.json.1.gz", size=12, mono=True),
        text(x + 116, y + 82, "on its own thread", color=FAINT, size=13),
    ]
    for place, wide in enumerate((66, 62, 70)):
        left = x + 14 + (0, 72, 140)[place]
        parts.append(box(left, y + 112, wide, 44, fill="#dbeafe", edge="#93c5fd"))
        for row in range(4):
            long = wide - 12 - (9 * ((place + row) % 3))
            parts.append(box(left + 6, y + 118 + 9 * row, long, 4, fill="#93c5fd"))
    return parts


def _lines(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "2  lines", "offsets of lines, no copy")
    starts = (0, 412, 655, 1380, 1702, 2119)
    for place, (kind, start) in enumerate(zip(LINES, starts, strict=True)):
        row = y + 56 + 23 * place
        rest = f'{{…"event_type":"{kind}"…'
        parts += [
            text(x + 14, row, f"{start:>4}", color=FAINT, size=12, mono=True),
            text(x + 52, row, rest, size=12, mono=True),
        ]
    return parts


def _kinds(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "3  kinds", "told by the bytes, before parsing")
    for place, (kind, count) in enumerate((("http", 4), ("alert", 3), ("dns", 2))):
        row = y + 60 + 30 * place
        parts += _chip(x + 14, row, kind)
        parts += [
            box(x + 70 + 40 * number, row - 11, 34, 14, fill=KINDS[kind]) for number in range(count)
        ]
    row = y + 150
    parts += [
        box(x + 14, row - 13, 46, 18, fill=ABSENT),
        text(x + 19, row, "flow", color=FAINT, size=12, mono=True),
        text(x + 70, row, "not asked for: left out", color=FAINT, size=13),
    ]
    return parts


def _fast(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "4  the fast path", "Arrow's JSON reader, kind by kind")
    for place, (kind, count) in enumerate((("http", 5), ("alert", 6), ("dns", 4))):
        top = y + 44 + 48 * place
        parts += _chip(x + 14, top + 13, kind)
        for number in range(count):
            left = x + 70 + 26 * number
            parts += [
                box(left, top, 22, 8, fill=INK),
                box(left, top + 11, 22, 10, fill=KINDS[kind]),
                box(left, top + 24, 22, 10, fill=KINDS[kind]),
            ]
    return parts


def _slow(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "5  the slow path", "Python's json, for these alone")
    refused = [
        ('"flow_id":1,"flow_id":2', "a key twice"),
        ('"id":18446744073709551616', "more than 64 bits"),
        ('"rrname":"\\ud83d"', "half of a character"),
    ]
    for place, (line, why) in enumerate(refused):
        row = y + 58 + 44 * place
        parts += [
            text(x + 14, row, line, color=KINDS["alert"], size=12, mono=True),
            text(x + 14, row + 17, why, color=FAINT, size=13),
        ]
    return parts


def _table(x: float, y: float) -> list[str]:
    parts = _panel(x, y, "6  one table", "")
    for place, (kind, filled) in enumerate(COLUMNS.items()):
        top = y + 44 + 46 * place
        parts += _chip(x + 14, top + 13, kind)
        for column in range(6):
            left = x + 70 + 26 * column
            if column in filled:
                parts += [box(left, top + 14 * n, 22, 12, fill=KINDS[kind]) for n in range(3)]
            else:
                parts.append(box(left, top, 22, 40, fill=ABSENT))
    parts += [
        box(x + 14, y + HEIGHT - 28, 16, 14, fill=ABSENT),
        text(x + 38, y + HEIGHT - 16, "no value: zeros shared by all", color=FAINT, size=13),
    ]
    return parts


PANELS: tuple[Callable[[float, float], list[str]], ...] = (
    _bytes,
    _lines,
    _kinds,
    _fast,
    _slow,
    _table,
)


def _path(steps: str) -> str:
    return f'<path d="{steps}" fill="none" stroke="{INK}" stroke-width="2"/>'


def _wide() -> str:
    places = [
        (MARGIN + column * (WIDTH + GAP), MARGIN + row * (HEIGHT + DROP))
        for row in range(2)
        for column in range(3)
    ]
    parts: list[str] = []
    for draw, place in zip(PANELS, places, strict=True):
        parts += draw(*place)
    for x, y in (places[0], places[1], places[3], places[4]):
        left, middle = x + WIDTH + 6, y + HEIGHT / 2
        parts.append(_path(f"M{left} {middle}h{GAP - 12}m-9 -7l9 7l-9 7"))
    x, y = places[3]
    parts.append(text(x + WIDTH + 2, y + HEIGHT / 2 - 12, "refused", size=12))
    # From the third panel down to the fourth, which begins the next row.
    x, y = places[2][0] + WIDTH / 2, places[2][1] + HEIGHT + 4
    back = 2 * (WIDTH + GAP)
    parts.append(_path(f"M{x} {y}v{DROP / 2 - 4}h-{back}v{DROP / 2 - 8}m-7 -9l7 9l7 -9"))
    # From the fourth to the last, below the fifth.
    x, y = places[3][0] + WIDTH / 2, places[3][1] + HEIGHT + 4
    parts.append(_path(f"M{x} {y}v{LANE - 12}h{back}v-{LANE - 16}m-7 9l7 -9l7 9"))
    parts.append(text(x + 12, y + LANE - 18, "all others", size=12))
    return page(parts, 3 * WIDTH + 2 * GAP, 2 * HEIGHT + DROP + LANE)


def _tall() -> str:
    step = HEIGHT + DROP - 12
    parts: list[str] = []
    for place, draw in enumerate(PANELS):
        parts += draw(MARGIN, MARGIN + place * step)
    labels = ("", "", "", "refused", "")
    for place, label in enumerate(labels):
        x, y = MARGIN + WIDTH / 2, MARGIN + HEIGHT + 5 + place * step
        parts.append(_path(f"M{x} {y}v{DROP - 22}m-7 -9l7 9l7 -9"))
        parts.append(text(x + 14, y + 24, label, size=13))
    # From the fourth to the last, along the fifth.
    x, y = MARGIN + WIDTH, MARGIN + 3 * step + HEIGHT / 2
    parts.append(_path(f"M{x + 4} {y}h{LANE - 10}v{2 * step}h-{LANE - 14}m9 -7l-9 7l9 7"))
    return page(parts, WIDTH + LANE, len(PANELS) * step - DROP + 12)


def draw_loader(folder: Path) -> None:
    """Write ``loader-wide.svg`` and ``loader-tall.svg`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "loader-wide.svg").write_text(_wide(), encoding="utf-8")
    (folder / "loader-tall.svg").write_text(_tall(), encoding="utf-8")
