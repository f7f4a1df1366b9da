"""Errors and warnings of suricata_eve.

Every error is an :class:`EveError` and also the builtin that one would catch
without knowing this package::

    EveError
    ├── EveParseError          (ValueError)      a line that is not an event
    ├── EveTypeError           (TypeError)       a value or an input of the wrong kind
    ├── EveValueError          (ValueError)      a value that its field's dtype cannot hold
    ├── EveOptionError         (ValueError)      an option that is not one of its choices
    ├── EveDatasetError        (ValueError)      a folder that is no dataset, or a damaged one
    ├── MissingColumnError     (KeyError)        a method's column is not in the frame
    ├── NotEveFrameError       (AttributeError)  ``.eve`` on a frame without EVE columns
    └── MissingDependencyError (ImportError)     an optional extra is not installed

    EveWarning                 (UserWarning)     something was left out or changed, with counts
"""

from __future__ import annotations

__all__ = [
    "EveDatasetError",
    "EveError",
    "EveOptionError",
    "EveParseError",
    "EveTypeError",
    "EveValueError",
    "EveWarning",
    "MissingColumnError",
    "MissingDependencyError",
    "NotEveFrameError",
]


class EveError(Exception):
    """Base of every error that suricata_eve raises on its own account."""


class EveParseError(EveError, ValueError):
    """A line is not an event, and ``on_bad_lines="error"`` was asked for.

    Parameters
    ----------
    message : str
        What is wrong, where, and what to do.
    source : str
        Name of the source, as in ``df.attrs["eve"]["sources"]``.
    line : int
        Line number in the source, from 1.
    offset : int
        Byte offset of the line's start in the (decompressed) source.
    reason : str
        Why the line is not an event.
    """

    def __init__(
        self, message: str, *, source: str = "", line: int = 0, offset: int = 0, reason: str = ""
    ) -> None:
        super().__init__(message)
        self.source = source
        self.line = line
        self.offset = offset
        self.reason = reason


class EveTypeError(EveError, TypeError):
    """An argument or an input is of a kind that cannot be used."""


class EveValueError(EveError, ValueError):
    """A value cannot be held by the dtype of its field without changing it."""


class EveOptionError(EveError, ValueError):
    """An option is not one of its choices."""


class EveDatasetError(EveError, ValueError):
    """A folder is no dataset of this package, or a dataset is damaged or cannot be changed."""


class MissingColumnError(EveError, KeyError):
    """A method needs a column that the frame does not have."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which hides line breaks and quotes.
        return str(self.args[0]) if self.args else ""


class NotEveFrameError(EveError, AttributeError):
    """``.eve`` was used on a frame that holds no EVE column.

    It is an ``AttributeError``, so that ``hasattr(df, "eve")`` and completion work.
    """


class MissingDependencyError(EveError, ImportError):
    """An optional dependency is needed and not installed; the message names the extra."""


class EveWarning(UserWarning):
    """Input was left out, changed or could not be known exactly; the message counts it."""
