"""Parquet datasets of events that grow with their logs: one writer, any reader."""

from __future__ import annotations

__all__: list[str] = []
