"""Archives that are refused, and what that costs."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import archives
import pytest
from archives import FOLDER, member

READ = """
import json, re, sys, time
from pathlib import Path
from numlp.data.archive import read_archive
from numlp.errors import UserError
start, refused = time.process_time(), None
try:
    read_archive(Path(sys.argv[1]), "0" * 64, "CIFAR-10", official="1" * 64)
except UserError as error:
    refused = str(error)
seconds = time.process_time() - start
highest = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # ru_maxrss would count the parent's, too
print(json.dumps([refused, seconds, int(highest[1]) / 1000]))
"""


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the highest memory from /proc")


def refusal(path: Path) -> str:
    """Why another process refuses the archive, within 2 s of its time and 300 MB."""
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=True)
    reason, seconds, megabytes = json.loads(done.stdout)
    assert reason is not None, "the archive was accepted"
    assert seconds < 2
    assert megabytes < 300
    assert len(reason.splitlines()) <= 2
    assert len(reason) < 600
    return reason


def hostile(tmp_path: Path, *members: archives.Member, form: int = tarfile.GNU_FORMAT) -> str:
    return refusal(archives.write(tmp_path / "hostile.tar.gz", members, form))


def first_batch(tmp_path: Path, content: bytes) -> str:
    return hostile(tmp_path, member(f"{FOLDER}/data_batch_1", content))
