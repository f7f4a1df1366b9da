"""From frames to bytes: columns -> JSON text -> lines -> files."""

from __future__ import annotations

__all__: list[str] = []
