"""stub."""
from __future__ import annotations
from typing import Any
__all__ = ["normalize_types"]
def normalize_types(*args: Any, **kwargs: Any) -> Any: ...
