"""Measure ways to read a file: each in processes of its own, round after round.

A round runs every way once, one after the other, so that what else the machine does hits all
of them alike. A process imports what the way needs, runs it, and reads its own peak memory;
a short way it runs a few times more, since its first run also starts threads.

usage, by the scripts beside it: python benchmarks/measure.py WAY FILE
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from limit_ways import LIMITS
from scale_ways import SCALE
from ways import ALERTS, WHOLE, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WAYS", "Outcomes", "Result", "Task", "measure", "measure_all"]

WAYS: dict[str, Way] = {**WHOLE, **ALERTS, **LIMITS, **SCALE}

_MOST_RUNS, _LONG_ENOUGH = 5, 1.5  # seconds; a way that takes as long is run once


class Task(NamedTuple):
    """A way to run, and the file to run it on."""

    way: str
    path: str


@dataclass(frozen=True)
class Result:
    """What was measured.

    Attributes
    ----------
    seconds : float
        The shortest run.
    first : float
        The shortest first run of a process.
    cpu : float
        The least processor time of a run, over all threads: what other programs do at the
        same time hardly shows in it.
    rest, peak : int
        The resident size of the process in bytes before its first run, and the largest by its
        end, of the process that took most.
    facts : dict of str to int
        What describes what was read.
    """

    seconds: float
    first: float
    cpu: float
    rest: int
    peak: int
    facts: dict[str, int]

    def merged(self, other: Result) -> Result:
        """Return the result of both rounds."""
        return Result(
            seconds=min(self.seconds, other.seconds),
            first=min(self.first, other.first),
            cpu=min(self.cpu, other.cpu),
            rest=max(self.rest, other.rest),
            peak=max(self.peak, other.peak),
            facts=other.facts,
        )


Outcomes = dict[Task, Result | str]
"""The result of each task, or why there is none."""


def _peak() -> int:
    """Return the largest resident size that this process had, in bytes.

    Linux counts in ``ru_maxrss`` what the process was before it became this program.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        status = ""
    if found := re.search(r"^VmHWM:\s*([0-9]{1,18}) kB$", status, re.MULTILINE):
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure(task: Task) -> Result:
    """Run a way in this process."""
    way = WAYS[task.way]
    for module in way.modules:
        importlib.import_module(module)
    rest = peak = _peak()
    seconds: list[float] = []
    cpu = float("inf")
    facts: dict[str, int] = {}
    while not seconds or (len(seconds) < _MOST_RUNS and sum(seconds) < _LONG_ENOUGH):
        start, busy = time.perf_counter(), time.process_time()
        result = way.run(task.path)
        seconds.append(time.perf_counter() - start)
        cpu = min(cpu, time.process_time() - busy)
        if len(seconds) == 1:  # later ones may find freed memory, or add to what is not
            peak = _peak()
        facts = way.facts(result)
        del result
    return Result(min(seconds), seconds[0], cpu, rest, peak, facts)


def _in_own_process(task: Task) -> Result | str:
    """Return the result of :func:`measure` in a new process, or the last line of its error."""
    command = [sys.executable, str(Path(__file__).resolve()), *task]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def _missing(way: Way) -> str | None:
    return next((name for name in way.modules if find_spec(name.partition(".")[0]) is None), None)


def measure_all(tasks: Sequence[Task], *, repeat: int) -> Outcomes:
    """Run every task in so many processes, round after round."""
    outcomes: Outcomes = {}
    for turn in range(repeat):
        for place, task in enumerate(tasks, 1):
            before = outcomes.get(task)
            if isinstance(before, str):
                continue
            _tell(f"round {turn + 1} of {repeat}, {place} of {len(tasks)}: {task.way}")
            absent = _missing(WAYS[task.way])
            found: Result | str = f"{absent} is not installed" if absent else _in_own_process(task)
            if isinstance(before, Result) and isinstance(found, Result):
                found = before.merged(found)
            outcomes[task] = found
    _tell("")
    return outcomes


def _tell(text: str) -> None:
    """Write over the last line of a terminal; anywhere else it would be noise."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="\n" if not text else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Task(*sys.argv[1:])))))
