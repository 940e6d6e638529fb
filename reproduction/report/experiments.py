"""The report's part on each experiment."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from numlp.data.normalise import SPLITS
from reproduction.experiments import Described
from reproduction.measured import NoDataError, Run
from reproduction.plots.plot_style import Plots
from reproduction.report.inputs import REASONS, Inputs, LogLine, paragraph
from reproduction.report.markdown import Markdown, bold, images, interval, link, listing, mean_and_deviation, number, section, table
from reproduction.results import OWN
from reproduction.scoreboard import Score
from reproduction.significance import estimate

HEAD = "id | row | split | published | ours | n | 95 % interval | difference | verdict"


def build_experiments(inputs: Inputs, plots: Mapping[str, Sequence[Plots]]) -> Markdown:
    """A section for each experiment, in their order."""
    sections = [_experiment(inputs, described, plots.get(described.id, [])) for described in inputs.experiments]
    return section(2, "experiments", "Experiments", paragraph("usual"), *sections)


def _experiment(inputs: Inputs, described: Described, plots: Sequence[Plots]) -> Markdown:
    scores, runs = inputs.scores_of(described.id), inputs.measured.of(described.id)
    answered = {score.run.key for score in scores if score.run is not None}
    readings = sorted({score.published.reading for score in scores if score.published.reading})
    return section(
        3,
        f"experiment-{described.id}",
        f"{described.id.upper()}. {described.title} ({described.source or 'ours'})",
        described.remark,
        _settings(described),
        "" if runs else bold(f"{described.id.upper()} was not measured."),
        table(HEAD, [_score(inputs, score) for score in scores]) if scores else "",
        f"docs/published.md says how this is read: {', '.join(f'`{name}`' for name in readings)}." if readings else "",
        _others([run for run in runs if run.key not in answered]),
        *map(images, plots),
        *(_logs(inputs) if described.id == "e11" else ()),
    )


def _settings(described: Described) -> str:
    parts = ", ".join(f"`{name}={value}`" for name, value in described.settings) or "the usual ones"
    varied = ", and ".join(f"`{name}={value}`" for name, value in described.varied)
    return f"The settings are {parts}. {f'There is a run for each of {varied}. ' if varied else ''}The command is `{described.command}`."


def _score(inputs: Inputs, score: Score) -> tuple[str, ...]:
    row, ours = score.published, score.estimate
    verdict: str = "within" if score.within else bold("no data")
    if score.missed:
        reason = inputs.explanation(row.id)
        text = REASONS[reason.because] if reason else "NOTHING SAID"
        verdict = link(bold(f"outside: {text}"), reason.anchor if reason else "")
    return (
        row.id,
        row.row,
        score.split_name,
        number(row.value),
        mean_and_deviation(ours),
        str(ours.n),
        interval(ours.low, ours.high),
        number(score.difference, "+.2f"),
        verdict,
    )


def _others(runs: Sequence[Run]) -> str:
    """Runs that no published figure is set beside: our own draws, best by validation first, or settings that a report does not have."""
    if not runs:
        return ""
    own = any(run.own for run in runs)
    if own:
        runs = sorted(runs, key=lambda run: fmean(run.accuracies("val")), reverse=True)
    caption = "Our own draws, the best in validation first" if own else "Runs beside the published ones"
    return table(f"run | {' | '.join(SPLITS.values())} | n", map(_other, runs), caption)


def _other(run: Run) -> tuple[str, ...]:
    parts = (part.partition("=") for part in run.key.removeprefix(OWN).split(";"))
    key = ";".join(f"{name}={_digits(value)}" for name, _, value in parts)
    return f"`{key}`", *(mean_and_deviation(estimate(run.accuracies(split))) for split in SPLITS), str(len(run.rows))


def _digits(value: str) -> str:
    """A number to four digits."""
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value


def _logs(inputs: Inputs) -> Iterator[str]:
    """R0's log of each length beside ours, of the first seed, in its format without the wall time."""
    yield paragraph("log")
    for cycles in sorted({line.cycles for line in inputs.log}):
        yield listing(f"R0, {cycles} cycles", _lines([line for line in inputs.log if line.cycles == cycles]))
        yield listing(f"Ours, {cycles} cycles", _lines(_our_log(inputs, cycles)) or "not measured")


def _our_log(inputs: Inputs, cycles: int) -> list[LogLine]:
    try:
        histories = inputs.measured.recorded(f"e11 train.cycles={cycles}").histories
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
