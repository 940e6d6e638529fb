"""`numlp` in processes of their own, to be killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil

CHECKPOINTS = "build/checkpoints"


def start(project, *arguments, **environment):
    """Begin `numlp arguments` in `project`, in a process group of its own."""
    pipe, env = subprocess.PIPE, {**os.environ, **environment}
    command = [sys.executable, "-m", "numlp", *arguments]
    return subprocess.Popen(command, cwd=project, env=env, text=True, stdout=pipe, stderr=pipe, process_group=0)


def at_once(project, *commands):
    """Run `numlp` with each list of words at the same time."""
    for process in [start(project, *command) for command in commands]:
        _, err = process.communicate()
        assert process.returncode == 0, err


@contextmanager
def started(project, *arguments, **environment):
    """`start`, whose whole group ends with the body at the latest."""
    process = start(project, *arguments, **environment)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def workers(process):
    """The workers of a sweep, which joblib has started."""
    children = psutil.Process(process.pid).children(recursive=True)
    with suppress(psutil.NoSuchProcess):
        return [child for child in children if "popen_loky" in " ".join(child.cmdline())]
    return []


def wait_for(project, pattern, process, seconds=300):
    """Wait until `project` has a file that matches; give the newest."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := sorted(project.glob(pattern)):
            return found[-1]
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    raise AssertionError(f"no {pattern} within {seconds} s")
