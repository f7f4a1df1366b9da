"""How programs greet in TLS: the numbers that JA3 and JA4 are made of."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GREASE", "KEY_SHARE", "PROGRAMS", "Program"]

GREASE = -1
"""Stands for a number that a program makes up, RFC 8701."""
KEY_SHARE = {4588: (1216, 1120), 29: (32, 32)}
"""For a group, how many bytes client and server send: X25519MLKEM768 and X25519."""


@dataclass(frozen=True)
class Program:
    """How a program greets."""

    ciphers: tuple[int, ...]
    extensions: tuple[int, ...]
    groups: tuple[int, ...]
    signatures: tuple[int, ...]
    formats: bytes = b"\0"
    protocols: tuple[str, ...] = ()
    modern: bool = True
    shuffled: bool = False

    @property
    def share(self) -> int:
        """The group of which it sends a key."""
        return 4588 if 4588 in self.groups else 29


def _hex(text: str) -> tuple[int, ...]:
    return tuple(int(one, 16) for one in text.split())


_SIGNATURES = _hex("0403 0804 0401 0503 0805 0501 0806 0601")
_FIREFOX_SIGNATURES = _hex("0403 0503 0603 0804 0805 0806 0401 0501 0601 0203 0201")
_FIREFOX_CIPHERS = _hex(
    "1301 1303 1302 c02b c02f cca9 cca8 c02c c030 c00a c009 c013 c014 9c 9d 2f 35"
)
_WEB = ("h2", "http/1.1")

PROGRAMS = {
    "chrome": Program(
        ciphers=(
            GREASE,
            *_hex("1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 9c 9d 2f 35"),
        ),
        extensions=(0, 23, 65281, 10, 11, 35, 16, 5, 13, 18, 51, 45, 43, 27, 17613, 65037),
        groups=(GREASE, 4588, 29, 23, 24),
        signatures=_SIGNATURES,
        protocols=_WEB,
        shuffled=True,  # as since Chrome 110: every connection has another JA3, and the same JA4
    ),
    "firefox": Program(
        ciphers=_FIREFOX_CIPHERS,
        extensions=(0, 23, 65281, 10, 11, 35, 16, 5, 34, 18, 51, 43, 13, 45, 28, 27, 65037),
        groups=(4588, 29, 23, 24, 25, 256, 257),
        signatures=_FIREFOX_SIGNATURES,
        protocols=_WEB,
    ),
    "mail": Program(
        ciphers=_FIREFOX_CIPHERS,
        extensions=(0, 23, 65281, 10, 11, 35, 5, 51, 43, 13, 45, 28),
        groups=(29, 23, 24, 25, 256, 257),
        signatures=_FIREFOX_SIGNATURES,
    ),
    "updater": Program(  # the library of Windows, TLS 1.2
        ciphers=_hex(
            "c02c c02b c030 c02f 9f 9e c024 c023 c028 c027 c00a c009 c014 c013 9d 9c 3d 3c 35 2f a"
        ),
        extensions=(0, 5, 10, 11, 13, 35, 23, 65281),
        groups=(29, 23, 24),
        signatures=_SIGNATURES,
        modern=False,
    ),
    "curl": Program(
        ciphers=_hex(
            "1302 1303 1301 c02c c030 9f cca9 cca8 ccaa c02b c02f 9e c024 c028 6b c023 c027 67 "
            "c00a c014 39 c009 c013 33 9d 9c 3d 3c 35 2f ff"
        ),
        extensions=(0, 11, 10, 16, 22, 23, 49, 13, 43, 45, 51),
        groups=(29, 23, 30, 25, 24, 256, 257, 258, 259, 260),
        signatures=_SIGNATURES,
        formats=b"\0\1\2",
        protocols=_WEB,
    ),
    "implant": Program(
        ciphers=_hex("c02c c030 9f c024 9d 3d 35"),
        extensions=(10, 11, 13, 23),
        groups=(29, 23),
        signatures=_hex("0804 0403 0401"),
        modern=False,
    ),
    "newcomer": Program(
        ciphers=_hex("c02b c02f c02c c030 cca9 cca8 c009 c013 c00a c014 1301 1302 1303"),
        extensions=(0, 5, 10, 11, 13, 65281, 18, 43, 51),
        groups=(29, 23, 24, 25),
        signatures=_hex("0804 0403 0807 0805 0806 0401 0501 0601 0503 0603"),
    ),
}
