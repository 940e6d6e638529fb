"""The figures of a sweep: its rounds, the plane of two keys, the curves of its best trials."""

from collections.abc import Sequence
from pathlib import Path

from numlp import paths
from numlp.data.dataset import DatasetInfo
from numlp.display.curves import Curve, draw_overlaid_curves
from numlp.display.search import Span, Tried, draw_contour, draw_rounds
from numlp.display.style import save
from numlp.files import read_rows
from numlp.sweep.space import Range, Space
from numlp.sweep.trial import Trial
from numlp.training.history import Record

SHOWN = 6  # trials in the figure of the curves


def draw_figures(
    out: Path, trials: Sequence[Trial], order: Sequence[Trial], spaces: Sequence[Space], title: str, data: DatasetInfo
) -> None:
    """Draw rounds.png and contour.png of a search with intervals, and curves.png of several runs.

    Args:
        out: The sweep's folder.
        trials: Its trials.
        order: Those that are done, the best first.
        spaces: The space of each round.
        title: What the search was.
        data: The data set.
    """
    title = f"{data.name}\n{title}"
    spans = [{key: Span(d.low, d.high, d.log) for key, d in space.items() if isinstance(d, Range)} for space in spaces]
    if spans[0]:
        tried = []
        for trial in (trial for trial in trials if trial.state == "done"):
            values = {key: float(trial.point[key]) for key in spans[0]}
            tried.append(Tried(trial.round, values, trial.mean("val_accuracy"), trial.deviation("val_accuracy")))
        subject = f"Validation accuracy of {len(tried)} trials"
        save(draw_rounds(tried, spans, subject, title), out / "rounds.png")
        if len(spans[0]) == 2:
            save(draw_contour(tried, spans[0], subject, title), out / "contour.png")
    curves = []
    for trial in order[:SHOWN]:
        files = [Path(outcome.folder) / paths.HISTORY for outcome in trial.outcomes]
        if all(file.exists() for file in files):  # an earlier sweep may have trained it, and its folder be gone
            label = trial.label + (f" ({len(files)} seeds)" if len(files) > 1 else "")
            curves.append(Curve(label, [read_rows(file, Record) for file in files]))
    if sum(len(curve.histories) for curve in curves) > 1:
        best = f"\nThe best {len(curves)} of {len(order)} trials" if len(order) > len(curves) else ""
        save(draw_overlaid_curves(curves, title + best, classes=data.classes), out / "curves.png")
