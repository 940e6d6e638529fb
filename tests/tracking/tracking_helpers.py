"""Records whose values tell where they belong, and processes of a project's own."""

import subprocess
import sys
import time

from numlp.files import write_rows
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.training.history import Record

SERIES = ("cost/train", "cost/val", "loss/train", "loss/val", "accuracy/train", "accuracy/val", "eta", "epoch")


def record(step):
    return Record(step, step / 100, 0.1 / (1 + step), *(step + i / 8 for i in range(6)))


def series(client, run_id, name="cost/train"):
    """The (step, value) pairs that the store holds."""
    return [(metric.step, metric.value) for metric in client.get_metric_history(run_id, name)]


def expected(steps, name="cost/train"):
    field = "_".join(reversed(name.split("/")))
    return [(step, getattr(record(step), field)) for step in steps]


def start(project, code, *arguments):
    """A process of its own in `project`, which runs `code`."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=project, text=True, stdout=pipe, stderr=pipe)


def logged(root, name, params=(), tags=(), steps=(), folder=None, **about):
    """A run that has ended, with a record at each of `steps`: its id."""
    told = About(name, dict(params), dict(tags), **about)
    with track(root, folder, told) as run:
        for step in steps:
            run.log(record(step))
    time.sleep(0.002)  # the store orders by milliseconds
    return told.run_id


def write_run(folder, steps=(0, 10), **files):
    """The files that a training leaves, so far as tracking reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "history.csv", Record, [record(step) for step in steps])
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
