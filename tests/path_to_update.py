"""The files of the package whose functions run from `numlp train` to the first update: `python tests/path_to_update.py OVERRIDES...`."""

import json
import sys
import threading
from pathlib import Path
from types import FrameType

import numlp

PACKAGE = str(Path(numlp.__file__).parent) + "/"


class FirstUpdate:
    """The files seen so far, and the package's frames below the first update once it has run."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.frames: list[str] = []

    def trace(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if (
            event != "call" or self.frames or not code.co_filename.startswith(PACKAGE) or not code.co_flags & 0x2
        ):  # class bodies have no fast locals
            return
        name = code.co_filename.removeprefix(PACKAGE)
        if name not in self.files:
            self.files.append(name)
        if code.co_name == "update" and name.startswith("optim"):
            self.frames = list(self._below(frame))

    def _below(self, frame: FrameType | None):
        while frame is not None:
            if frame.f_code.co_filename.startswith(PACKAGE):
                yield f"{frame.f_code.co_filename.removeprefix(PACKAGE)}:{frame.f_code.co_name}"
            frame = frame.f_back


def main() -> None:
    from numlp.cli.main import main as command

    path = FirstUpdate()
    sys.setprofile(path.trace)
    threading.setprofile(path.trace)
    sys.argv = ["numlp", "train", *sys.argv[1:]]
    try:
        command()
    except SystemExit:
        pass
    finally:
        sys.setprofile(None)
    print(json.dumps({"files": path.files, "frames": path.frames}))


if __name__ == "__main__":
    main()
