"""Checkpoints: the whole state of a run in one file, so that an interrupted run resumes and ends in the same bits (docs/formats.md)."""

import json
import logging
import zipfile
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from time import perf_counter

import numpy as np

from numlp.files import replacing
from numlp.training.history import COLUMNS, HEALTH_COLUMNS, LayerHealth, Record
from numlp.training.trainer import State

EVERY = 2.0  # seconds from one to the next, at least
SHARE = 20  # the wait is also 20 times as long as the last one took to write: at most a twentieth of a run goes into them
SCALARS = ("step", "run_id", "seconds")

log = logging.getLogger(__name__)


class Checkpoint:
    """The latest checkpoint of a run, in a file named by the run's key: what is there is of these settings, data, code and kernel.

    Two processes with the same run write the same states, each file whole: neither harms the other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._due = 0.0

    def save(self, state: State, now: bool = False) -> None:
        """Write `state` when it is time, or `now`; a disk that refuses it is a warning, and the run goes on."""
        began = perf_counter()
        if began < self._due and not now:
            return
        about = {name: getattr(state, name) for name in SCALARS} | {"count": state.optimizer.count}
        records = np.array([astuple(record) for record in state.records], np.float64).reshape(-1, len(COLUMNS))
        health = np.array([astuple(row) for row in state.health], np.float64).reshape(-1, len(HEALTH_COLUMNS))
        try:
            with replacing(self.path, sync=False) as file:
                np.savez(file, allow_pickle=False, about=np.array(json.dumps(about)), records=records, health=health, **state.vectors())
        except OSError as error:
            log.warning("no checkpoint at step %d, and the run continues: %s: %s", state.step, error.filename, error.strerror)
        self._due = perf_counter() + max(EVERY, SHARE * (perf_counter() - began))

    def restore(self, state: State) -> bool:
        """Bring `state` to the checkpoint; False when there is none, or none that is whole."""
        try:
            with self.path.open("rb") as content, np.load(content, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}  # zip compares the checksum of each
            about, vectors = json.loads(str(arrays["about"])), {name: arrays[name] for name in state.vectors()}
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile) as error:
            log.warning("%s is not used, and the run starts over: the checkpoint cannot be read (%s)", self.path, error)
            return False
        for name, vector in state.vectors().items():
            vector[...] = vectors[name]
        state.records[:] = [Record(int(step), *rest) for step, *rest in arrays["records"].tolist()]
        state.health[:] = [LayerHealth(int(step), epoch, int(i), *rest) for step, epoch, i, *rest in arrays["health"].tolist()]
        state.optimizer.count = about["count"]
        for name in SCALARS:
            setattr(state, name, about[name])
        return True

    def clear(self) -> None:
        """Forget the run: it has ended, or is to start over."""
        with suppress(OSError):  # where it may not be deleted, it could not be written either
            self.path.unlink()
