"""stub."""
from __future__ import annotations
from typing import Any
__all__ = ["group_summary"]
def group_summary(*args: Any, **kwargs: Any) -> Any: ...
