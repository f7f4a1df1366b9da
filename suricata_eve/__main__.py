"""``python -m suricata_eve [FILE…]``: print a triage summary of EVE files."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import warnings
import zlib
from typing import TYPE_CHECKING

import suricata_eve
from suricata_eve.terminal import printable
from suricata_eve.triage import triage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["main"]

_FAILED = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="suricata_eve",
        description="Print a triage summary of Suricata EVE files: events per type, top "
        "signatures, flows with Log4j alerts, decoded payloads and their callback hosts.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="EVE files, plain or gzip, read as one; without any, the sample that ships "
        "with the package",
    )
    parser.add_argument("--version", action="version", version=suricata_eve.__version__)
    return parser


def _say(text: str) -> None:
    print(f"suricata_eve: {printable(text, limit=1000)}", file=sys.stderr)


def _read(files: list[str]) -> pd.DataFrame | None:
    """Read the files, or say in one line why that cannot be done."""
    try:
        frame = suricata_eve.read_eve(files) if files else suricata_eve.load_sample()
    except OSError as error:
        reason = error.strerror or str(error)
        _say(f"{error.filename}: {reason}" if error.filename else reason)
    except (suricata_eve.EveError, EOFError, zlib.error) as error:
        _say(str(error))
    else:
        report = frame.attrs["eve"]
        if len(frame) or not report["bad_lines"]:
            return frame
        _say(f"{', '.join(files)}: none of {report['bad_lines']:,} lines is an EVE event")
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Print the summary of the files named on the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        Exit status: 0, or 2 if a file cannot be read.
    """
    args = _parser().parse_args(argv)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", suricata_eve.EveWarning)
        frame = _read(args.files)
        if frame is None:
            return _FAILED
        width = min(max(shutil.get_terminal_size((100, 60)).columns, 80), 100)
        text = triage(frame, width=width)
    for warning in caught:
        _say(str(warning.message))
    # A terminal that cannot show a character gets its escape, not an error.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        # The reader, `head` for one, has seen enough. Nothing may be flushed into the pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
