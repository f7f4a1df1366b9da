"""The files that travel in the capture: harmless stand-ins with the beginnings of real ones."""

from __future__ import annotations

import struct
import zlib

__all__ = [
    "archive",
    "document",
    "installer",
    "page",
    "picture",
    "program",
    "report_text",
    "script",
]


def program(size: int = 18_944) -> bytes:
    """Return what `file` takes for a Windows program; it has no code."""
    start = b"MZ" + bytes(58) + struct.pack("<I", 0x80)
    start = start.ljust(0x80, b"\0")
    head = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0x69A1B2C3, 0, 0, 0xE0, 0x0102)
    options = struct.pack("<HBBIIIIII", 0x10B, 14, 0, 0x200, 0x200, 0, 0x1000, 0x1000, 0x2000)
    options += struct.pack(
        "<IIIHHHHHHIIIIHH", 0x400000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0, 0x3000, 0x200, 0, 2, 0
    )
    section = b".text\0\0\0" + struct.pack(
        "<IIIIIIHHI", 0x1000, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020
    )
    text = b"This is a harmless stand-in of the suricata_eve office sample. It has no code.\r\n"
    whole = start + head + options.ljust(0xE0, b"\0") + section
    return (whole.ljust(0x200, b"\0") + text * 8).ljust(size, b"\0")


def report_text(title: str, size: int) -> bytes:
    """Return plain text of a size, another for each title."""
    line = f"{title}: a stand-in for an office document of the suricata_eve sample.\r\n".encode()
    return (line * (size // len(line) + 1))[:size]


def document(title: str, size: int) -> bytes:
    """Return the beginning of a PDF, filled up."""
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + report_text(title, size)


def picture(title: str, size: int, *, width: int = 640, height: int = 400) -> bytes:
    """Return the beginning of a PNG picture, filled up."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + packed + report_text(title, size)


def archive(title: str, size: int) -> bytes:
    """Return the beginning of a ZIP archive, filled up with zeros."""
    name = f"{title}.csv".encode()
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0x5C62, 0, size, size, len(name), 0)
    return (head + name).ljust(size, b"\0")


def installer(title: str, size: int) -> bytes:
    """Return the beginning of an MSI package (a compound file), filled up."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    return head.ljust(512, b"\xff") + report_text(title, size)


def script(title: str, size: int) -> bytes:
    """Return JavaScript that does nothing."""
    line = f"/* {title} */ (function () {{ 'use strict'; }})();\n".encode()
    return (line * (size // len(line) + 1))[:size]


def page(title: str, size: int) -> bytes:
    """Return a web page of some size."""
    top = f"<!DOCTYPE html>\n<html lang='en'><head><title>{title}</title></head><body>\n".encode()
    line = f"<p>{title}: a stand-in page of the suricata_eve sample.</p>\n".encode()
    return top + line * max((size - len(top)) // len(line), 1) + b"</body></html>\n"
