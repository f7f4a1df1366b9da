"""What EVE is, as data: its fields, their types and its event types."""

from __future__ import annotations

__all__: list[str] = []
