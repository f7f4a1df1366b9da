"""The order of rotated logs by name: oldest first, the live one last."""

from __future__ import annotations

import random

import pytest

from suricata_eve.ingest.rotation import natural_key, rotation_key, unpacked_name

# Each list is in order, oldest first.
ORDERS = {
    "numbers": [
        "eve.json.11.gz",
        "eve.json.10.gz",
        "eve.json.9.zst",
        "eve.json.2.gz",
        "eve.json.1",
        "eve.json",
    ],
    "dates": ["eve-2025-12-31.json", "eve-2026-01-01.json.gz", "eve-2026-01-02.json", "eve.json"],
    "dates behind": ["eve.json-20251231.gz", "eve.json-20260101.gz", "eve.json-20260102"],
    "dates with numbers": ["eve.json-20260101.2", "eve.json-20260101.1.gz", "eve.json-20260102"],
    "times": [
        "eve-2026-01-01.json",
        "eve-2026-01-01-09:30.json",
        "eve-2026-01-01-12:00.json.xz",
        "eve-2026-01-01-12:30.json",
        "eve-2026-01-02-00:00.json",
    ],
    "hours": ["eve.json-2026010109.gz", "eve.json-2026010110", "eve.json-2026010200"],
    "seconds": [
        "eve.json-20260101-1767225599",
        "eve.json-20260101-1767225600",
        "eve-2026-01-01-13.json",  # 1767225600 is its midnight
    ],
    "other separators": ["eve_20260101.json", "eve.2026.01.02.json", "eve-2026-01-03T04.json"],
    "threads": [
        "eve.1.json.2.gz",
        "eve.2.json.2.gz",
        "eve.10.json.2.gz",
        "eve.1.json.1",
        "eve.2.json.1",
        "eve.10.json.1",
        "eve.1.json",
        "eve.2.json",
        "eve.10.json",
    ],
    "dated threads": ["eve-2026-01-01.1.json", "eve-2026-01-01.2.json", "eve-2026-01-02.1.json"],
    "kinds": ["eve-alert.json.1", "eve-dns.json.1", "eve-alert.json", "eve-dns.json"],
    "words": ["eve.json.1", "eve.json.old", "eve.json"],
    "compressed beside": ["eve.json.1", "eve.json.1.gz", "eve.json", "eve.json.gz"],
    "dated, numbered, live": ["eve.json-20260101", "eve.json.3", "eve.json"],
    "not json": ["suricata.log.2", "suricata.log.1", "suricata.log"],
    "no extension": ["eve.2", "eve.1", "eve"],
    "no dates": ["eve-99999999.json", "eve-200000000.json"],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_oldest_first(order: list[str]) -> None:
    shuffled = random.Random(len(order)).sample(order, len(order))  # noqa: S311

    assert sorted(shuffled, key=rotation_key) == order


def test_any_names_can_be_sorted() -> None:
    """Keys of all kinds of names compare with each other."""
    names = [name for order in ORDERS.values() for name in order]
    names += ["", ".", "\udce9", "9", "eve.json.²", "eve.json." + "9" * 200, "x\n", "日本.json.１"]

    assert sorted(sorted(names, key=rotation_key), key=natural_key)
    assert len({rotation_key(name) for name in names}) == len(set(names))


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("eve.json.gz", "eve.json"),
        ("eve.json.ZST", "eve.json"),
        ("eve.json.1.lz4", "eve.json.1"),
        ("eve.json", "eve.json"),
        (".gz", ""),
        ("gz", "gz"),
    ],
)
def test_name_without_its_compression(name: str, bare: str) -> None:
    assert unpacked_name(name) == bare


def test_numbers_are_sorted_by_value() -> None:
    assert sorted(["b2a", "b10", "b2", "a3"], key=natural_key) == ["a3", "b2", "b2a", "b10"]
