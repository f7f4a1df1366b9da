"""Fuzz `read_eve`: ``python tests/fuzz/fuzz_read_eve.py [CORPUS] [-max_total_time=60 ...]``.

With atheris, what is covered of the package guides the search. Options are libFuzzer's; a file in
place of the corpus is run alone, which is how a finding is tried again. Without atheris (or with
``--random``) seeds are changed at random for as long.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import traceback
from importlib.util import find_spec
from pathlib import Path

__all__ = ["main"]

_DEFAULTS = {"-max_total_time": "60", "-max_len": "2048", "-timeout": "60", "-rss_limit_mb": "4096"}
_FOLDER = "--folder"


def main(arguments: list[str]) -> int:
    """Run the fuzzer.

    Parameters
    ----------
    arguments : list of str
        Those of the command line.

    Returns
    -------
    int
        0 if nothing was found.
    """
    options = dict(one.partition("=")[::2] for one in arguments if one.startswith("-"))
    given = {**_DEFAULTS, **options}
    if "--random" in given:
        return _by_chance(given)
    if find_spec("atheris") is None:
        print("atheris is not installed; seeds are changed at random instead")  # noqa: T201
        return _by_chance(given)
    if _FOLDER in given:
        _by_coverage(given, [one for one in arguments if not one.startswith("-")])
    with tempfile.TemporaryDirectory() as folder:
        # Another process, since libFuzzer ends its own at once, and leaves everything there.
        command = [sys.executable, __file__, f"{_FOLDER}={folder}", *arguments]
        return subprocess.run(command, check=False).returncode


def _by_coverage(given: dict[str, str], places: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["suricata_eve"], exclude=["suricata_eve.testing"]):
        from fuzz_check import check
        from fuzz_seeds import mutated, seeds, tokens

    folder = Path(given.pop(_FOLDER))
    words = folder / "words"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in tokens()), encoding="ascii")
    # A finding alone is tried without the seeds.
    if not any(Path(place).is_file() for place in places):
        corpus = folder / "seeds"
        corpus.mkdir()
        for n, seed in enumerate(seeds()):
            (corpus / f"{n:03}").write_bytes(seed)
        places = [*places, str(corpus)]
    options = [f"{name}={value}" for name, value in {**given, "-dict": str(words)}.items()]
    atheris.Setup(
        [sys.argv[0], *options, *places],
        check,
        custom_mutator=lambda data, most, seed: mutated(data, most, seed, otherwise=atheris.Mutate),
    )
    atheris.Fuzz()


def _quoted(word: bytes) -> str:
    return "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}" for b in word)


def _by_chance(given: dict[str, str]) -> int:
    """Change seeds at random, without knowing what that covers."""
    from fuzz_check import check
    from fuzz_seeds import mutated, seeds

    rng = random.Random(int(given.get("-seed", "0")))  # noqa: S311 - not for secrets
    end = time.monotonic() + float(given["-max_total_time"])
    pool, runs, most = seeds(), 0, int(given["-max_len"])
    while time.monotonic() < end:
        data = mutated(rng.choice(pool), most, rng.getrandbits(32))
        try:
            check(data)
        except Exception:  # noqa: BLE001 - each is a finding
            traceback.print_exc()
            found = Path(given.get("-artifact_prefix", "") + f"crash-{runs}")
            found.write_bytes(data)
            print(f"run {runs}: written to {found}")  # noqa: T201
            return 1
        runs += 1
        if rng.random() < 0.2:
            pool[rng.randrange(len(pool))] = data
    print(f"{runs} runs, nothing found")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
