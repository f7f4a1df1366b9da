r"""Frames in a notebook show text as it is: MathJax leaves them alone.

Notebooks typeset what stands between dollar signs, ``\(`` and ``\)``, ``\[`` and ``\]`` in HTML.
In a log that is the attacker's text: ``${jndi:...}`` twice in a row is garbled, and ``\href`` is
a live link. MathJax leaves elements of two classes alone: ``tex2jax_ignore`` is for version 2
(Notebook 6, pages of nbconvert), ``mathjax_ignore`` for 3 and later (JupyterLab 4, Notebook 7).
pandas sets both if its options say so, and before version 3 the first only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pandas as pd

__all__ = ["leave_math_alone"]

# The option of pandas for what it shows, which must be False, and where that is defined.
_FRAME = "display.html.use_mathjax"
_STYLER = "styler.html.mathjax"
_SHOWN = {
    (pd.DataFrame.__module__, "DataFrame"): _FRAME,
    ("pandas.io.formats.style", "Styler"): _STYLER,
}


def leave_math_alone() -> None:
    """Have pandas tell MathJax to leave its tables alone, in this process.

    Two options of pandas become False, ``display.html.use_mathjax`` and
    ``styler.html.mathjax``; set them to True to have formulas in tables. In IPython, and
    where pandas does not know MathJax 3, frames and stylers get a formatter that puts
    their HTML, as it is, into an element of both classes while the option is False.

    Calling it again does nothing new.
    """
    for option in (_FRAME, _STYLER):
        pd.set_option(option, False)  # noqa: FBT003
    if "IPython" not in sys.modules or "mathjax_ignore" in pd.DataFrame().to_html():
        return
    try:
        shell = sys.modules["IPython"].get_ipython()
        formatter = shell.display_formatter.formatters["text/html"]
        for (module, name), option in _SHOWN.items():
            # What somebody else has set for these types stays.
            if formatter.for_type_by_name(module, name) is None:
                formatter.for_type_by_name(module, name, _wrapping(option))
    except Exception:  # noqa: BLE001 -- no shell, or one of another kind, keeps nobody from importing
        return


def _wrapping(option: str) -> Callable[[Any], str | None]:
    """Return what formats a frame or styler as it does itself, inside an element to be ignored."""

    def formatted(shown: Any) -> str | None:
        made = shown._repr_html_  # None where a class wants no HTML
        html: str | None = made() if callable(made) else None
        if html is None or pd.get_option(option):
            return html
        return f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'

    return formatted
