"""Reports of an incident for readers without a notebook: a page, and a table beside it."""

from __future__ import annotations

from suricata_eve.reports.incident import report

__all__ = ["report"]
