"""Measuring processes: each has one library and one number of threads, which are fixed when a process starts."""

import json
import os
import resource
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from benchmarks.task import Task

ROOT = Path(__file__).resolve().parents[1]


class AbsentError(Exception):
    """A peer is not installed; the message is its name."""


class Worker(AbstractContextManager["Worker"]):
    """A process that measures what it is asked, and sleeps in between.

    Args:
        peer: Module of this package that has the peer's functions: ours, peers_torch, peers_jax, peers_sklearn or warm_up.
        threads: Of its matrix products.
        kernel: OpenBLAS's name of the kernels to use, e.g. Haswell; "" for the processor's own.

    Raises:
        AbsentError: The peer's library is not installed.
    """

    def __init__(self, peer: str, threads: int, kernel: str = "") -> None:
        command, pipe = [sys.executable, "-m", "benchmarks.worker", peer, str(threads)], subprocess.PIPE
        environment = {**os.environ, **limits(threads), **({"OPENBLAS_CORETYPE": kernel} if kernel else {})}
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment)
        if absent := self._read().get("absent"):
            self.__exit__()
            raise AbsentError(absent)

    def ask(self, task: Task) -> Any:
        """Do `task` once, after a first time that does not count where the process has not done it before."""
        self.begin(task)
        return self.end()

    def begin(self, task: Task, warm: bool = True) -> None:
        """Ask without waiting; `end` waits. Without `warm` the first time counts."""
        assert self._process.stdin is not None
        print(json.dumps({"task": task.to_json(), "warm": warm}), file=self._process.stdin, flush=True)

    def end(self) -> Any:
        """Wait for the answer."""
        return self._read()["answer"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with exit code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.communicate()


def limits(threads: int) -> dict[str, str]:
    """Environment variables that give the matrix products of any of the peers so many threads."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    eigen = str(threads > 1).lower()
    return {
        **dict.fromkeys(names, str(threads)),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}",
        "JAX_PLATFORMS": "cpu",
    }


def highest_resident(usage: resource.struct_rusage) -> float:
    """Highest resident memory in bytes; macOS counts in bytes, others in kB."""
    return usage.ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
