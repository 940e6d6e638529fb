"""`python -m reproduction STEP`: the reproduction of the five reports, or a step of it.

all [seeds=0,1,2]        every experiment, the scoreboard, the gradient checks and the report, in build/reproduction; cached runs are kept
plan [seeds=0,1,2]       how many updates the experiments take
e08, x07 [seeds=0,1,2]   the runs of an experiment that are missing, and its result files
check                    further runs of the settings whose intervals pages state
scoreboard               each published accuracy beside ours, and what the results were made of
gradients                the reports' gradient checks, and R0's with each planted mistake
report                   the reports' pages and their figures, from the result files
commit                   check the results in build/reproduction, and replace those in git (reproduction/results, figures, docs/reports)
report committed         the pages in docs/reports and their figures in reproduction/figures, from the results in git
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from numlp.cli.main import exit_code
from numlp.errors import require
from numlp.files import read_json, write_json, write_rows
from numlp.threads import library
from reproduction.commit import check_alike, replace_committed
from reproduction.experiments import Experiments
from reproduction.gradient_checks import CHECKED, FAULTS_CHECKED, check_faults, measure, write_checks
from reproduction.product import describe_origin
from reproduction.results import BUILD, CANARIES, COMMITTED, FOLDER, PROVENANCE, WALL, Canary
from reproduction.runner import Work, make_results, workers
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
    elif step == "commit":
        require(not rest, "reproduction commit", "no arguments", arguments=rest)
        commit()
    else:
        params = read_params(PARAMS, rest)
        steps: dict[str, Callable[[Params], None]] = {"all": reproduce_all, "plan": print_plan}
        steps |= {"scoreboard": scoreboard, "gradients": gradients}
        if step in steps:
            steps[step](params)
        else:
            make_results([step], params)
    return 0


def reproduce_all(params: Params) -> None:
    """Make the runs of every experiment that are missing, and all that follows from the results."""
    began = perf_counter()
    runs = make_results(Experiments(Path.cwd()).names, params)
    gradients(params)
    if runs:
        write_json(WALL, {"runs": runs, "seconds": round(perf_counter() - began)})
    scoreboard(params)
    report()
    print(f"all: {runs} runs and what follows from them in {(perf_counter() - began) / 60:.1f} minutes")


def print_plan(params: Params) -> None:
    """Print how many updates the missing runs of every experiment take, without own draws that follow from others."""
    work = Work(params)
    for name in work.experiments.names:
        work.add(name)
    updates = sum(training.steps for training in work.missing().values())
    print(f"plan: {updates:,} updates in {len(work.missing())} of {len(work.trainings)} runs")


def scoreboard(params: Params) -> None:
    """Write scoreboard.csv, canaries.csv and provenance.json, of results that were all made alike."""
    work = check_alike(FOLDER, params)
    board, canaries = write_scoreboard(Path.cwd()), work.canaries()
    write_rows(FOLDER / CANARIES, Canary, canaries)
    made_of = {"seeds": params.seeds, "overrides": params.overrides, "kernels": list(dict.fromkeys(canary.kernel for canary in canaries))}
    write_json(FOLDER / PROVENANCE, describe_origin(Path.cwd(), work.dataset) | made_of | {"wall": read_json(WALL)}, indent=2)
    print(f"scoreboard: {board.headline}")


def gradients(params: Params) -> None:
    """Check the gradients of the reports' networks, and of one with each planted mistake, by five seeds and by three."""
    with workers(library()[1], 1) as (pool, _):
        checks, with_faults = pool.map(measure, params.seeds[:5]), pool.map(check_faults, params.seeds[:3])
        rows = [row for checked in checks for row in checked]
        write_checks(FOLDER / CHECKED, rows)
        write_checks(FOLDER / FAULTS_CHECKED, [row for checked in with_faults for row in checked])
    print(f"gradients: {len(rows)} comparisons of gradients in {FOLDER / CHECKED}")


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
