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
SOURCE = os.pathsep.join([str(ROOT), str(ROOT / "src")])  # this checkout's code, whichever one is installed


class Worker(AbstractContextManager["Worker"]):
    """A process that measures what it is asked, and sleeps in between.

    Args:
        module: Of this package, with a library's functions: ours, baseline_torch, baseline_jax or baseline_sklearn.
        threads: Of its matrix products.

    Attributes:
        kernel: The CPU that the kernels of NumPy's BLAS in this process are written for.
    """

    def __init__(self, module: str, threads: int) -> None:
        command, pipe = [sys.executable, "-m", "benchmarks.worker", module], subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment(threads))
        self.kernel: str = self._read()["kernel"]

    def ask(self, task: Task) -> Any:
        """Do `task` once, after a first time that does not count where the process has not done it before."""
        assert self._process.stdin is not None
        print(json.dumps(task.to_json()), file=self._process.stdin, flush=True)
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


def alone(module: str, threads: int, task: Task) -> subprocess.Popen[str]:
    """Start a process that does `task` once, imports and compilation included."""
    command = [sys.executable, "-m", "benchmarks.alone", module, json.dumps(task.to_json())]
    return subprocess.Popen(command, text=True, cwd=ROOT, env=environment(threads))


def environment(threads: int) -> dict[str, str]:
    """Variables that give the matrix products of any of the libraries so many threads."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    eigen = str(threads > 1).lower()
    return {
        **os.environ,
        **dict.fromkeys(names, str(threads)),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}",
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": SOURCE,
    }


def highest_resident(usage: resource.struct_rusage) -> float:
    """Highest resident memory in bytes; macOS counts in bytes, others in kB."""
    return usage.ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
