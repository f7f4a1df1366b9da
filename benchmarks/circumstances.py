"""Where and on what was measured: the machine, the versions, the files."""

from __future__ import annotations

import gzip
import importlib.metadata
import os
import platform
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["Circumstances", "File", "circumstances", "sample_file"]

_PACKAGES = ("suricata_eve", "pandas", "pyarrow", "numpy", "polars", "duckdb", "orjson")
_CHUNK = 8 << 20


@dataclass(frozen=True)
class File:
    """An EVE file: its name, its size in bytes, the number of its lines."""

    name: str
    bytes: int
    events: int


@dataclass(frozen=True)
class Circumstances:
    """What the figures of a run depend on."""

    processor: str
    cores: int
    memory: int
    system: str
    load: float
    python: str
    versions: dict[str, str]
    files: list[File]
    repeat: int

    def lines(self) -> list[str]:
        """Return them as text."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        machine = (
            f"{self.processor}, {self.cores} cores, {self.memory / 1e9:.0f} GB, "
            f"{self.system}; load at the start {self.load:.1f}"
        )
        return [
            f"machine: {machine}",
            f"versions: Python {self.python}, {versions}",
            *(
                f"file: {file.name}, {file.bytes / 1e6:,.1f} MB, {file.events:,} events"
                for file in self.files
            ),
            f"best of {self.repeat} rounds, each way in a process of its own",
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return them as plain JSON values."""
        return asdict(self)


def circumstances(paths: list[Path], *, repeat: int) -> Circumstances:
    """Look at this machine, and at the files."""
    return Circumstances(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory=_memory(),
        system=f"{platform.system()} {platform.release()}",
        load=os.getloadavg()[0],
        python=platform.python_version(),
        versions=_versions(),
        files=[File(path.name, path.stat().st_size, _events(path)) for path in paths],
        repeat=repeat,
    )


def sample_file(folder: str, *, events: int) -> Path:
    """Write the shipped sample again and again, until the file has about so many events."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    once = gzip.decompress(packed)
    path = Path(folder) / f"log4j-{events}.json"
    with path.open("wb") as out:
        for _ in range(max(1, events // once.count(b"\n"))):
            out.write(once)
    return path


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _versions() -> dict[str, str]:
    known = {}
    for name in _PACKAGES:
        try:
            known[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return known


def _events(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))
