"""Bytes to lines to Arrow tables, without pandas."""

from __future__ import annotations

__all__: list[str] = []
