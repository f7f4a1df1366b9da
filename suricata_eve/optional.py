"""Packages that only some functions need: imported when they are, or missed by name."""

from __future__ import annotations

import importlib
from types import ModuleType

from suricata_eve.errors import MissingDependencyError

__all__ = ["import_optional_dependency"]


def import_optional_dependency(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import a module that is no requirement of this package.

    Parameters
    ----------
    module : str
        Its name.
    extra : str
        The extra of this package that brings it.
    purpose : str
        What needs it, as the error message says it.

    Returns
    -------
    module
        The module.

    Raises
    ------
    MissingDependencyError
        If it is not installed. An error inside the module itself is raised as it is.

    Examples
    --------
    >>> from suricata_eve.optional import import_optional_dependency
    >>> import_optional_dependency("json", extra="remote", purpose="reading URLs").__name__
    'json'
    >>> import_optional_dependency("no_such", extra="remote", purpose="reading URLs")
    Traceback (most recent call last):
    suricata_eve.errors.MissingDependencyError: reading URLs needs no_such, which is not \
installed; pip install 'suricata_eve[remote]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        fix = f"pip install 'suricata_eve[{extra}]'"
        msg = f"{purpose} needs {package}, which is not installed; {fix}"
        raise MissingDependencyError(msg) from error
