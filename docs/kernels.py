"""Run the cells of all pages alike, whatever the settings of the one who builds the site.

Kernels read their settings from a folder of this build, not from the home of a person. Pictures
have two pixels for each of the page's, so that they are sharp on any screen; nothing is kept of
what was run; and a kernel does not warn that it is asked over a local socket.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]

SETTINGS = """\
c.InlineBackend.figure_formats = {"retina"}
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = 40
"""


def setup(_app: Sphinx) -> dict[str, bool]:
    """Have the kernels that this build starts use its settings."""
    folder = Path(tempfile.mkdtemp(prefix="suricata_eve-kernels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    profile = folder / "profile_default"
    profile.mkdir()
    (profile / "ipython_config.py").write_text("c = get_config()\n" + SETTINGS, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)
    os.environ["PYTHONHASHSEED"] = "0"  # sets have one order, so that each build gives the same
    return {"parallel_read_safe": True, "parallel_write_safe": True}
