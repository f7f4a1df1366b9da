"""Indicators of compromise: what holds which, how they are found, written, placed and counted."""

from __future__ import annotations

__all__: list[str] = []
