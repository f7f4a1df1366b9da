"""Stored bytes: look ahead, give back, go back, and count each once."""

from __future__ import annotations

import io
from typing import Any

import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.raw import RawBytes


class Dripping(io.BytesIO):
    """A file that gives one byte at a time, and cannot seek."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(1, 1 if size is None else size))

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("kind", [io.BytesIO, Dripping])
def test_what_is_looked_at_is_still_to_be_read(kind: Any) -> None:
    counted: list[int] = []
    raw = RawBytes(kind(b"abcdefg"), advance=counted.append)

    assert raw.peek(3) == b"abc"
    assert raw.exactly(2) == b"ab"
    assert raw.position == 2
    assert raw.peek(99) == b"cdefg"
    assert raw.exactly(99) == b"cdefg"
    assert (raw.read(1), raw.peek(1), raw.exactly(1)) == (b"", b"", b"")
    assert (raw.position, sum(counted)) == (7, 7)


def test_what_is_given_back_is_read_again() -> None:
    raw = RawBytes(io.BytesIO(b"abcdefg"), advance=lambda _: None)
    raw.read(5)
    raw.unread(2)

    assert raw.position == 3
    assert raw.read(99) == b"defg"


@pytest.mark.parametrize("kind", [io.BytesIO, Dripping])
@pytest.mark.parametrize("zeros", [0, 1, 4095, 4096, 10_000])
def test_zeros_are_skipped(kind: Any, zeros: int) -> None:
    raw = RawBytes(kind(b"a" + b"\0" * zeros + b"b\0"), advance=lambda _: None)
    raw.exactly(1)
    raw.skip_zeros()

    assert raw.position == 1 + zeros
    assert raw.exactly(1) == b"b"
    raw.skip_zeros()
    assert raw.exactly(1) == b""


def test_to_go_back_counts_nothing_twice() -> None:
    """Back to where the reading began, which need not be the start of the file."""
    file = io.BytesIO(b"headabcdefg")
    file.seek(4)
    counted: list[int] = []
    raw = RawBytes(file, advance=counted.append)
    raw.exactly(7)
    raw.rewind(2)

    assert raw.can_rewind
    assert raw.position == 2
    assert raw.exactly(9) == b"cdefg"
    assert sum(counted) == 7


def test_a_file_that_cannot_seek_is_known() -> None:
    class Bare:
        def read(self, _: int) -> bytes:
            return b""

    assert not RawBytes(Dripping(), advance=lambda _: None).can_rewind
    assert not RawBytes(Bare(), advance=lambda _: None).can_rewind


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", r"gives text; open it in binary mode \('rb'\)$"),
        ("a", r"gives text; open it in binary mode \('rb'\)$"),
        (None, "gives NoneType, expected bytes; .* binary and blocking mode$"),
        (7, "gives int, expected bytes;"),
    ],
)
def test_a_file_that_gives_no_bytes(given: Any, message: str) -> None:
    class Odd:
        def read(self, _: int) -> Any:
            return given

    with pytest.raises(EveTypeError, match="^the file object " + message):
        RawBytes(Odd(), advance=lambda _: None).read(1)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_kinds_of_bytes_are_taken(kind: Any) -> None:
    class Other(io.BytesIO):
        def read(self, size: int | None = -1) -> Any:
            return kind(super().read(size))

    raw = RawBytes(Other(b"abc"), advance=lambda _: None)
    assert type(raw.peek(1)) is bytes
    assert raw.exactly(9) == b"abc"
