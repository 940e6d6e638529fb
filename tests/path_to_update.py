"""The files of the package whose functions run from `numlp train` to the first update: `python tests/path_to_update.py OVERRIDES...`."""

import inspect
import json
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numlp
from numlp.cli.main import main

PACKAGE = str(Path(numlp.__file__).parent) + "/"
files, frames = [], []


def trace(frame, event, _):
    """Note the file of each call, and at the first update the package's frames below it."""
    code = frame.f_code
    function = code.co_flags & inspect.CO_NEWLOCALS and not code.co_name.startswith("<")  # no class body, no comprehension of a module
    if event != "call" or frames or not (function and code.co_filename.startswith(PACKAGE)):
        return
    name = code.co_filename.removeprefix(PACKAGE)
    if name not in files:
        files.append(name)
    if code.co_name == "update" and name.startswith("optim"):
        while frame is not None:
            if frame.f_code.co_filename.startswith(PACKAGE):
                frames.append(f"{frame.f_code.co_filename.removeprefix(PACKAGE)}:{frame.f_code.co_name}")
            frame = frame.f_back


if __name__ == "__main__":
    sys.argv = ["numlp", "train", *sys.argv[1:]]
    sys.setprofile(trace)
    threading.setprofile(trace)
    with suppress(SystemExit):
        main()
    sys.setprofile(None)
    print(json.dumps({"files": files, "frames": frames}))
