"""The report's part on each experiment."""

from collections.abc import Sequence
from statistics import fmean

from numlp.data.normalise import SPLITS
from reproduction.measured import NoDataError, Run
from reproduction.plots.plot_style import Plots
from reproduction.report.cells import interval, mean_and_deviation, number
from reproduction.report.document import Block, Cell, Figures, Image, Listing, Section, Table, Text
from reproduction.report.experiment_files import Described
from reproduction.report.inputs import Inputs, LogLine
from reproduction.report.prose import LOG, USUAL
from reproduction.report.sections_outside import why
from reproduction.results import OWN
from reproduction.scoreboard import Score
from reproduction.significance import estimate

HEAD = ("id", "row", "split", "published", "ours", "n", "95 % interval", "difference", "verdict")


def build_experiments(inputs: Inputs, plots: dict[str, list[Plots]]) -> Section:
    """A section for each experiment, in their order."""
    sections = tuple(_experiment(inputs, described, plots.get(described.id, [])) for described in inputs.experiments)
    return Section("experiments", "Experiments", (Text(USUAL),), sections)


def _experiment(inputs: Inputs, described: Described, plots: Sequence[Plots]) -> Section:
    scores = inputs.scores_of(described.id)
    runs = inputs.measured.of(described.id)
    blocks: list[Block] = [Text(described.remark)] if described.remark else []
    blocks.append(Text(_settings(described)))
    if not runs:
        blocks.append(Text(f"{described.id.upper()} was not measured.", "bad"))
    blocks += _compared(inputs, scores)
    answered = {score.run.key for score in scores if score.run is not None}
    blocks += _others([run for run in runs if run.key not in answered])
    blocks += [Figures(tuple(Image(plot.name, plot.alt) for plot in row.plots), row.caption) for row in plots]
    if described.id == "e11":
        blocks += _logs(inputs)
    title = f"{described.id.upper()}. {described.title} ({described.source or 'ours'})"
    return Section(f"experiment-{described.id}", title, tuple(blocks))


def _settings(described: Described) -> str:
    parts = [f"`{name}={value}`" for name, value in described.settings]
    text = "The settings are " + (", ".join(parts) if parts else "the usual ones") + "."
    if described.choices:
        text += " There is a run for each of " + ", and ".join(f"`{name}={value}`" for name, value in described.choices) + "."
    return f"{text} The command is `{described.command}`."


def _compared(inputs: Inputs, scores: Sequence[Score]) -> list[Block]:
    if not scores:
        return []
    readings = sorted({score.published.reading for score in scores if score.published.reading})
    blocks: list[Block] = [Table(HEAD, tuple(_score(inputs, score) for score in scores))]
    if readings:
        blocks.append(Text("docs/published.md says how this is read: " + ", ".join(f"`{name}`" for name in readings) + "."))
    return blocks


def _score(inputs: Inputs, score: Score) -> tuple[Cell, ...]:
    row, ours = score.published, score.estimate
    word = Cell("within", "a", "good") if score.within else Cell("no data", "c", "bad")
    if score.missed:
        reason = why(inputs, row.id)
        word = Cell(f"outside: {reason.text}", "b", "bad", reason.link)
    return (
        Cell(row.id),
        Cell(row.row),
        Cell(score.split_name),
        number(row.value),
        mean_and_deviation(ours),
        Cell(str(ours.n), ours.n),
        interval(ours.low, ours.high),
        number(score.difference, "+.2f"),
        word,
    )


def _others(runs: Sequence[Run]) -> list[Block]:
    """Runs that no published figure is set beside: our own draws, best by validation first, or settings that a report does not have."""
    if not runs:
        return []
    own = any(run.own for run in runs)
    if own:
        runs = sorted(runs, key=lambda run: fmean(run.accuracies("val")), reverse=True)
    caption = "Our own draws, the best in validation first" if own else "Runs beside the published ones"
    return [Table(("run", *SPLITS.values(), "n"), tuple(_other(run) for run in runs), caption)]


def _other(run: Run) -> tuple[Cell, ...]:
    estimates = [estimate(run.accuracies(split)) for split in SPLITS]
    n = estimates[0].n
    return (Cell(f"`{_short(run.key.removeprefix(OWN))}`", _first(run)), *map(mean_and_deviation, estimates), Cell(str(n), n))


def _short(key: str) -> str:
    """A key with its numbers to four digits."""
    return ";".join(f"{name}={_digits(value)}" for name, _, value in (part.partition("=") for part in key.split(";")))


def _digits(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value


def _first(run: Run) -> float | str:
    value = run.value("lam") or run.value("schedule.eta") or run.key
    try:
        return float(value)
    except ValueError:
        return value


def _logs(inputs: Inputs) -> list[Block]:
    """R0's log of each length beside ours, of the first seed, in its format without the wall time."""
    blocks: list[Block] = [Text(LOG)]
    for cycles in sorted({line.cycles for line in inputs.log}):
        theirs = [line for line in inputs.log if line.cycles == cycles]
        ours = _our_log(inputs, cycles)
        blocks.append(
            Listing(((f"R0, {cycles} cycles", _lines(theirs)), (f"Ours, {cycles} cycles", _lines(ours) if ours else "not measured")))
        )
    return blocks


def _our_log(inputs: Inputs, cycles: int) -> list[LogLine]:
    try:
        histories = inputs.measured.recorded("e11", f"train.cycles={cycles}").histories
    except NoDataError:
        return []
    lines, total = [], 0.0
    for count, record in enumerate(histories[min(histories)]):
        total += record.train_cost
        lines.append(LogLine(cycles, int(record.epoch), record.step, count, record.train_cost, total / (count + 1), record.val_cost))
    return lines


def _lines(lines: Sequence[LogLine]) -> str:
    return "\n".join(
        f"e: {line.epoch} ... step_no: {line.step} .. cost_record: {line.record}\n"
        f"J_train: {line.j_train!r} ... smooth_cost : {line.smooth_cost!r} ... J_validation: {line.j_validation!r}"
        for line in lines
    )
