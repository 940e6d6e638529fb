"""OpenBLAS's kernels, which its makers write for one kind of CPU each and which a newer CPU runs as well."""

import os
import subprocess
import sys
from functools import cache

KERNELS = ("", "Haswell")  # the CPU's own, and an older one
NAMED = "from threadpoolctl import threadpool_info; import numpy; print([pool.get('architecture') for pool in threadpool_info()])"


def environment(kernel, **others):
    """The environment of a process that runs `kernel`."""
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return {**inherited, **({"OPENBLAS_CORETYPE": kernel} if kernel else {}), **others}


@cache
def runs(kernel):
    """Tell whether this CPU and this BLAS run `kernel`: other libraries know none, and OpenBLAS refuses one that the CPU cannot run."""
    done = subprocess.run([sys.executable, "-c", NAMED], env=environment(kernel), capture_output=True, text=True, check=False)
    return done.returncode == 0 and (kernel == "" or kernel in done.stdout)
