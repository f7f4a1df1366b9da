"""The methods of ``df.eve`` by topic: each class is a part of the accessor, which inherits them."""

from __future__ import annotations

__all__: list[str] = []
