"""Where bytes go: files, compressed or not, written whole or not at all, and file objects.

Beside `ingest.sources`, which reads, this is the only module that opens files.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, get_args

import pyarrow as pa

from suricata_eve.errors import EveOptionError, EveTypeError

__all__ = ["Compression", "Target", "Write", "writing"]

Target: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
Compression: TypeAlias = Literal["infer", "gzip", "bz2", "xz", "zstd", "lz4"]
Write: TypeAlias = "Callable[[bytes | memoryview], object]"

_SUFFIXES = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd", ".lz4": "lz4"}
# Names that promise an archive; plain text under them would mislead.
_ARCHIVES = {".zip", ".tar", ".7z", ".tgz"}


@contextmanager
def writing(target: Target, *, compression: Compression | None) -> Iterator[Write]:
    """Open a target for writing.

    A file appears under its name once it is complete: until then what is written goes to
    another one beside it, which is removed if something fails. Pipes and devices are
    written to directly.

    Parameters
    ----------
    target : str, path or binary file object
        Where to write; an existing file is replaced, a file object is left open.
    compression : str or None
        How to compress; ``"infer"`` goes by the ending of a path's name.

    Yields
    ------
    callable
        To be called with bytes.

    Raises
    ------
    EveTypeError
        If `target` is neither a path nor a binary file object.
    EveOptionError
        If `compression` is not one of its choices, or the name is that of an archive.
    OSError
        As ``open`` raises it.
    """
    if compression is not None and compression not in get_args(Compression):
        choices = ", ".join(map(repr, get_args(Compression)))
        msg = f"compression={compression!r} is not one of {choices}, None"
        raise EveOptionError(msg)
    if isinstance(target, str | os.PathLike):
        path = Path(target).expanduser()
        method = _inferred(path) if compression == "infer" else compression
        opened: AbstractContextManager[IO[bytes]] = (
            _beside(path) if _is_replaceable(path) else path.open("wb")
        )
        with opened as file, _compressed(file.write, method) as write:
            yield write
        return
    method = None if compression == "infer" else compression
    with _compressed(_write_of(target), method) as write:
        yield write


def _inferred(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if suffix in _ARCHIVES:
        msg = (
            f"the name {str(path)!r} is that of an archive, which EVE is not written to; end it in "
            f"one of {', '.join(_SUFFIXES)}, or pass compression=None for plain text"
        )
        raise EveOptionError(msg)
    return _SUFFIXES.get(suffix)


def _is_replaceable(path: Path) -> bool:
    """Tell whether a path is, or may become, a regular file of its own."""
    # Links such as /dev/stdout lead to a file that someone else holds open.
    if path.absolute().parts[1:2] in (("dev",), ("proc",)):
        return False
    return path.is_file() or not path.exists()


@contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    """Write to a new file in the same folder, and give it the name at the end."""
    # A link stays one, and leads to the new content.
    final = path.resolve()
    partial = final.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with partial.open("xb") as file:
            yield file
        if final.exists():
            shutil.copymode(final, partial)
        partial.replace(final)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _write_of(target: Any) -> Write:
    """Return how to write to a file object."""
    write = getattr(target, "write", None)
    if write is None:
        msg = (
            f"cannot write EVE to {type(target).__name__}; expected a path or a binary file object"
        )
        raise EveTypeError(msg)
    try:
        write(b"")
    except TypeError as error:
        msg = "the file object takes text; open it in binary mode ('wb')"
        raise EveTypeError(msg) from error

    def write_all(data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            # Unbuffered files and sockets may take a part only, and say how much.
            count = write(rest)
            rest = rest[count:] if isinstance(count, int) else rest[:0]

    return write_all


@contextmanager
def _compressed(write: Write, method: str | None) -> Iterator[Write]:
    """Compress what is written."""
    if method is None:
        yield write
        return
    sink = _Sink(write)
    with _compressor(sink, method) as file:
        yield file.write


class _Sink:
    """As much of a file as compressors need."""

    closed = False
    mode = "wb"

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: Any) -> int:
        self._write(data)
        return len(memoryview(data))

    def flush(self) -> None:
        """Do nothing: what is below is flushed by its owner."""

    def close(self) -> None:
        """Do nothing: what is below is closed by its owner."""


def _compressor(sink: Any, method: str) -> AbstractContextManager[Any]:
    if method == "gzip":
        # Neither name nor time, so that the same frame gives the same file.
        return gzip.GzipFile("", "wb", 6, sink, mtime=0)
    if method == "bz2":
        return bz2.BZ2File(sink, "wb")
    if method == "xz":
        return lzma.LZMAFile(sink, "wb")
    return pa.CompressedOutputStream(pa.PythonFile(sink, "w"), method)  # type: ignore[no-any-return]
