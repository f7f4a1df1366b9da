"""Shapes and colors that the drawings of this site share."""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["FAINT", "INK", "KINDS", "LINE", "MARGIN", "PAPER", "box", "page", "text"]

INK, FAINT, LINE, PAPER = "#1f2937", "#6b7280", "#cbd5e1", "#ffffff"
KINDS = {"flow": "#64748b", "dns": "#0f766e", "http": "#1d4ed8", "alert": "#b91c1c"}
MARGIN = 14


def text(
    x: float, y: float, content: str, *, color: str = INK, size: int = 13, mono: bool = False
) -> str:
    """Return a line of text that begins at a place of its base line."""
    family = (
        "ui-monospace,DejaVu Sans Mono,monospace" if mono else "system-ui,DejaVu Sans,sans-serif"
    )
    return (
        f'<text x="{x}" y="{y}" fill="{color}" font-size="{size}" font-family="{family}">'
        f"{escape(content)}</text>"
    )


def box(x: float, y: float, width: float, height: float, *, fill: str, edge: str = "none") -> str:
    """Return a rectangle with round corners."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4"'
        f' fill="{fill}" stroke="{edge}"/>'
    )


def page(parts: list[str], width: float, height: float) -> str:
    """Return a drawing on light ground, with a margin around what is drawn at `MARGIN`."""
    width, height = width + 2 * MARGIN, height + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="#f8fafc"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
