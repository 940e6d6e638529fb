"""Checkpoints: the whole state of a run, so that an interrupted run resumes and ends in the same bits (docs/formats.md)."""

import hashlib
import io
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from time import perf_counter

import numpy as np
from filelock import FileLock, Timeout

from numlp.files import replacing
from numlp.training.history import COLUMNS, HEALTH_COLUMNS, LayerHealth, Record
from numlp.training.state import State

FORMAT = 2  # of the files; those of another one are not read
KEPT = 2  # the one before the latest is used when that one is damaged
NAME = 16  # characters of a run's key, in the name of its folder
SHARE = 20  # a checkpoint is left out when it would take more than a twentieth of the time since the last one

log = logging.getLogger(__name__)


class Checkpoints:
    """The latest checkpoints of the run `key`, in `folder`; each file's name has its step and the SHA-256 of its content.

    Attributes:
        step: Of the latest one; 0 when there is none.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._due = 0.0
        self.step = 0

    def save(self, state: State, always: bool = False) -> None:
        """Write `state`, unless that costs too much of the time; a disk that refuses it is a warning, and the run goes on."""
        began = perf_counter()
        if began < self._due and not always:
            return
        content = self._dump(state)
        try:
            name = f"{state.progress.step:09d}-{hashlib.sha256(content).hexdigest()}.npz"
            with replacing(self._folder / name, sync=False) as file:
                file.write(content)
            self.step = state.progress.step
            for old in self._files()[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("no checkpoint at step %d, and the run continues: %s: %s", state.progress.step, error.filename, error.strerror)
        now = perf_counter()
        self._due = now + (SHARE - 1) * (now - began)

    def restore(self, state: State) -> bool:
        """Bring `state` to the latest checkpoint that is whole and of this run; False when there is none."""
        for path in reversed(self._files()):
            content = path.read_bytes()
            if path.stem.partition("-")[2] == hashlib.sha256(content).hexdigest() and self._load(content, state):
                return True
            log.warning("%s is not used: the checkpoint is incomplete, was changed, or belongs to another run", path)
        return False

    def clear(self) -> None:
        """Forget the run: it has ended, or is to start over."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.npz"))

    def _dump(self, state: State) -> bytes:
        about = {"format": FORMAT, "run": self._key, "step": state.progress.step, "count": state.optimiser.count}
        about |= {"run_id": state.run_id, "seconds": state.seconds}
        records = np.array([astuple(record) for record in state.records], np.float64).reshape(-1, len(COLUMNS))
        health = np.array([astuple(row) for row in state.health], np.float64).reshape(-1, len(HEALTH_COLUMNS))
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, about=np.array(json.dumps(about)), records=records, health=health, **state.vectors())
        return content.getvalue()

    def _load(self, content: bytes, state: State) -> bool:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if (about.get("format"), about["run"]) != (FORMAT, self._key):
                return False
            for name, vector in state.vectors().items():
                vector[...] = file[name]
            state.records[:] = [Record(int(step), *rest) for step, *rest in file["records"].tolist()]
            state.health[:] = [LayerHealth(int(step), epoch, int(i), *rest) for step, epoch, i, *rest in file["health"].tolist()]
        self.step = state.progress.step = about["step"]
        state.optimiser.count, state.run_id, state.seconds = about["count"], about["run_id"], about["seconds"]
        return True


def has_checkpoint(store: Path, key: str) -> bool:
    """Whether `store` has a checkpoint of the run `key`, of which the first characters suffice."""
    return any((store / key[:NAME]).glob("*.npz"))


@contextmanager
def open_checkpoints(store: Path, key: str) -> Iterator[Checkpoints]:
    """The checkpoints of the run `key`, for this process alone.

    A second process with the same run at the same time writes to a temporary directory, and so cannot resume later.
    """
    store.mkdir(parents=True, exist_ok=True)
    name = key[:NAME]
    lock = FileLock(store / f"{name}.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        log.warning("another process trains the same run; if this process is interrupted, it starts over")
        with tempfile.TemporaryDirectory(dir=store, prefix=f"{name}.") as folder:
            yield Checkpoints(Path(folder), key)
        return
    try:
        yield Checkpoints(store / name, key)
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)  # while it is held: whoever waits sees that and makes a new one
        lock.release()
