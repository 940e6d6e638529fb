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


AT_ONCE = """
import os, sys
import mlflow, numlp.stages.train
from numlp.cli.main import main
children = []
for line in sys.stdin.read().splitlines():
    pid = os.fork()
    if pid == 0:
        sys.exit(main(line.split(" ")))
    children.append(pid)
sys.exit(sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
"""


def at_once(project, *commands):
    """Run `numlp` with each of `commands`, whose words a space parts, in forks of a process that has all modules: they start together."""
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], cwd=project, text=True, capture_output=True, input="\n".join(commands), check=False
    )
    assert done.returncode == 0, done.stderr


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
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.01)
    raise AssertionError(f"no {pattern} within {seconds} s")
