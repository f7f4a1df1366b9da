"""A cluster of worker processes on this machine, and what becomes of them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import distributed
import pandas as pd
import psutil

__all__ = ["Watched", "dies_once", "process", "running", "watched"]


@contextmanager
def running(*, memory: str, workers: int = 2) -> Iterator[Any]:
    """Start worker processes of one thread each; nannies start those anew that die."""
    quiet = {
        "distributed.comm.timeouts.connect": "60s",
        "distributed.admin.system-monitor.gil.enabled": False,
    }
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=memory,
            dashboard_address=":0",
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(workers)
        yield client


def process() -> int:
    """Return the number of the process that runs this."""
    return os.getpid()


def dies_once(
    part: pd.DataFrame, marker: str, number: int, partition_info: Any = None
) -> pd.DataFrame:
    """Pass a partition on; the first process that comes to one of them is killed on the way."""
    if partition_info and partition_info["number"] == number:
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return part
        os.kill(os.getpid(), signal.SIGKILL)
    return part


class Watched:
    """The largest resident size of each worker, in bytes, by its process."""

    def __init__(self) -> None:
        self.peaks: dict[int, int] = {}


@contextmanager
def watched(client: Any, *, every: float = 0.02) -> Iterator[Watched]:
    """Look at the size of all workers again and again."""
    found, over = Watched(), threading.Event()

    def look() -> None:
        while not over.wait(every):
            for process in workers:
                try:
                    size = process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
                found.peaks[process.pid] = max(size, found.peaks.get(process.pid, 0))

    workers = [psutil.Process(pid) for pid in client.run(process).values()]
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield found
    finally:
        over.set()
        looking.join()
