"""Archives that are refused, and what that costs."""

import atexit
import json
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import archives
import pytest
from archives import FOLDER, member

READ = """
import json, os, re, resource, sys
from pathlib import Path
from numlp.data.archive import read_archive
from numlp.data.gunzip import Gunzip
from numlp.errors import UserError

unpack, unpacked = Gunzip._decompress, []

def counted(self, most):
    piece = unpack(self, most)
    unpacked.append(len(piece))
    return piece

def read(path):
    refused = None
    try:
        read_archive(path, "0" * 64, "CIFAR-10", official="1" * 64)
    except UserError as error:
        refused = str(error)
    highest = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # ru_maxrss would count the parent's, too
    return refused, sum(unpacked) / 1e6, int(highest[1]) / 1000

Gunzip._decompress = counted
for line in sys.stdin:
    if os.fork() == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))  # ends what hangs
        print(json.dumps(read(Path(line[:-1]))), flush=True)
        os._exit(0)
    if os.wait()[1] != 0:
        print(json.dumps(["the reader crashed", 0, 0]), flush=True)
"""


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the highest memory from /proc")


@cache
def reader() -> subprocess.Popen[str]:
    """A process that reads each archive of its input in a fork of its own."""
    process = subprocess.Popen([sys.executable, "-c", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    atexit.register(process.communicate)  # an end of its input ends it
    return process


def refusal(path: Path) -> str:
    """Why another process refuses the archive, having unpacked no more than the official one holds, within 300 MB."""
    print(path, file=reader().stdin)
    reason, unpacked, megabytes = json.loads(reader().stdout.readline())
    assert reason is not None, "the archive was accepted"
    assert reason != "the reader crashed"
    assert unpacked < 190
    assert megabytes < 300
    assert len(reason.splitlines()) <= 2
    assert len(reason) < 600
    return reason


def hostile(tmp_path: Path, *members: archives.Member, form: int = tarfile.GNU_FORMAT) -> str:
    return refusal(archives.write(tmp_path / "hostile.tar.gz", members, form))


def first_batch(tmp_path: Path, content: bytes) -> str:
    return hostile(tmp_path, member(f"{FOLDER}/data_batch_1", content))
