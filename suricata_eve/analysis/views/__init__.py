"""Tidy tables of one protocol each, the same whatever release of Suricata wrote the log."""

from __future__ import annotations

__all__: list[str] = []
