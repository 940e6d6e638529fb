"""`python -m reproduction STEP`: the reproduction of the five reports, or a step of it.

all [seeds=0,1,2]        every experiment, the scoreboard, the gradient checks and the report, in build/reproduction; cached runs are kept
plan [seeds=0,1,2]       how many updates the experiments take
e08, x07 [seeds=0,1,2]   the runs of an experiment that are missing, and its result files
scoreboard               each published accuracy beside ours, and what the results were made of
gradients                the reports' gradient checks, and R0's with each planted mistake, with the seeds of the results
report                   the reports' pages and their figures, from the result files
commit                   check the results in build/reproduction, and replace those in git (reproduction/results, figures, docs/reports)
report committed         the pages in docs/reports and their figures in reproduction/figures, from the results in git
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from numlp.cli.main import exit_code
from numlp.errors import require
from numlp.files import write_json
from reproduction.commit import check_alike, replace_committed
from reproduction.experiments import Experiments
from reproduction.gradient_checks import CHECKED, FAULTS_CHECKED, check_faults, measure, write_checks
from reproduction.product import describe_origin, make_note
from reproduction.results import BUILD, COMMITTED, FOLDER, PROVENANCE, read_provenance
from reproduction.runner import plan, run_experiment
from reproduction.settings import PARAMS, Params, read_params
from reproduction.verdicts import write_scoreboard


def main(argv: Sequence[str]) -> int:
    """Do one step."""
    step, *rest = argv or ("--help",)
    if step in ("-h", "--help"):
        print(f"usage: {__doc__}")
    elif step == "report":
        require(rest in ([], ["committed"]), "reproduction report", "no arguments, or committed", arguments=rest)
        report(committed=bool(rest))
    elif step in ("gradients", "commit"):
        require(not rest, f"reproduction {step}", "no arguments", arguments=rest)
        {"gradients": gradients, "commit": commit}[step]()
    else:
        params = read_params(PARAMS, rest)
        steps: dict[str, Callable[[Params], None]] = {"all": reproduce_all, "plan": print_plan, "scoreboard": scoreboard}
        if step in steps:
            steps[step](params)
        else:
            run_experiment(Experiments(Path.cwd(), params.overrides), step, params)
    return 0


def reproduce_all(params: Params) -> None:
    """Make the runs of every experiment that are missing, and all that follows from the results."""
    experiments = Experiments(Path.cwd(), params.overrides)
    for name in experiments.names:  # a search comes after the one that its range follows from
        run_experiment(experiments, name, params)
    scoreboard(params)
    gradients()
    report()


def print_plan(params: Params) -> None:
    """Print how many updates the runs of every experiment take."""
    total = 0
    for name, (runs, updates, own) in plan(Experiments(Path.cwd(), params.overrides), params).items():
        print(f"{name}: {updates:,} updates in {runs} runs" + (f" and {own:,} of our own draws" if own else ""))
        total += updates + own
    print(f"plan: {total:,} updates with {len(params.seeds)} seed{'s' if len(params.seeds) != 1 else ''}")


def scoreboard(params: Params) -> None:
    """Write scoreboard.csv and provenance.json, of results that were all made alike."""
    check_alike(FOLDER, params)
    board = write_scoreboard(Path.cwd())
    note = make_note(Path.cwd(), params.seeds, params.overrides)
    write_json(FOLDER / PROVENANCE, describe_origin(Path.cwd(), note), indent=2)
    print(f"scoreboard: {board.headline}")


def gradients() -> None:
    """Check the gradients of the reports' networks, and of one with each planted mistake."""
    seeds = read_provenance(FOLDER)["seeds"]
    rows = list(measure(seeds))
    write_checks(FOLDER / CHECKED, rows)
    write_checks(FOLDER / FAULTS_CHECKED, list(check_faults(seeds[:3])))
    print(f"gradients: {len(rows)} comparisons of gradients over {len(seeds)} seeds in {FOLDER / CHECKED}")


def report(committed: bool = False) -> None:
    """Write the pages of the results in build/, or of those in git."""
    from reproduction.report.write import write_report  # and with it matplotlib

    write_report(Path.cwd(), COMMITTED if committed else FOLDER, Path() if committed else BUILD)


def commit() -> None:
    """Replace the results in git by those in build/, and write their pages."""
    replace_committed(FOLDER, COMMITTED)
    report(committed=True)


if __name__ == "__main__":
    sys.exit(exit_code("reproduction", lambda: main(sys.argv[1:])))
