"""`python -m reproduction STEP`: the reproduction of the five reports, or a step of it, as reproduction/dvc.yaml calls them.

all [seeds=0,1,2]  every experiment by DVC, the scoreboard and the report; what was done before is not done again
plan               digests of all experiments' runs, so that DVC knows which have changed; prints how many updates they take
e08, x07           the runs of an experiment that are missing, and its result files
scoreboard         each published accuracy beside ours, and what the results were made of
gradients          the reports' gradient checks, and R0's with each planted mistake, with the seeds of the results
report             report.md, report.html and figures/, from the result files
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from numlp import paths
from numlp.cli.dvc import repro
from numlp.cli.main import exit_code
from numlp.code_digest import stage_digest
from numlp.config.compose import replacement_notice
from numlp.data.raw import read_info
from numlp.errors import UserError, require
from numlp.files import write_json
from reproduction.experiments import Experiments
from reproduction.params import PARAMS, read_params, set_seeds
from reproduction.readings import count_rows, write_scoreboard
from reproduction.results import FOLDER, HOME, read_provenance, write_provenance
from reproduction.scoreboard import NEAR

PLAN = Path("build/reproduction/plan.json")


def main(argv: Sequence[str]) -> int:
    """Do one step; the exit code of `all` is DVC's."""
    require(len(argv) > 0, "reproduction", "one of all, plan, scoreboard, gradients, report, e01 to e33, x01, x02 and so on", step="")
    step, *rest = argv
    if step in ("-h", "--help"):
        print(f"usage: {__doc__}")
        return 0
    if step == "all":
        return reproduce_all(rest)
    require(not rest, f"reproduction {step}", "no arguments", arguments=rest)
    steps: dict[str, Callable[[], None]] = {"plan": plan, "scoreboard": scoreboard, "gradients": gradients, "report": report}
    steps.get(step, lambda: experiment(step))()
    return 0


def reproduce_all(argv: Sequence[str]) -> int:
    """Run every experiment by DVC with the seeds asked for, `seeds=0,1,2`, or those of reproduction/params.yaml."""
    require(len(argv) <= 1, "reproduction all", "nothing, or seeds=0,1,2", arguments=list(argv))
    own = replacement_notice(Path.cwd())  # the results are in git: they are of the choices that are there too
    if own:
        raise UserError(f"reproduction all: expected the settings of params.yaml, got {own}")
    for argument in argv:
        set_seeds(PARAMS, argument)
    return repro(Path(), "download") or repro(HOME)  # a project of its own to DVC: it depends on files of the pipeline, not on its stages


def experiment(name: str) -> None:
    """Make the runs of an experiment that are missing."""
    from reproduction.runner import run_experiment

    params = read_params(PARAMS)
    run_experiment(Experiments(Path.cwd(), params.overrides), name, params.seeds_of(name))


def plan() -> None:
    """Write the digest of every experiment's runs, and print how many updates they take."""
    from reproduction.work_plan import make_plan

    params = read_params(PARAMS)
    planned = list(make_plan(Experiments(Path.cwd(), params.overrides), params))
    for part in planned:
        own = f" and {part.own:,} of our own draws" if part.own else ""
        print(f"{part.experiment}: {part.updates:,} updates in {part.runs} runs{own}")
    total = sum(part.updates + part.own for part in planned)
    print(f"plan: {total:,} updates with {len(params.seeds)} seed{'s' if len(params.seeds) != 1 else ''}")
    write_json(PLAN, {part.experiment: part.digest for part in planned}, indent=2)


def scoreboard() -> None:
    """Write scoreboard.csv and provenance.json."""
    from numlp.tracking import environment_tags

    choices = list(write_scoreboard(Path.cwd()).values())
    tags, seeds = environment_tags(Path.cwd()), read_params(PARAMS).seeds
    write_provenance(FOLDER, read_info(paths.DOWNLOAD), {**tags, "source": stage_digest("train")}, os.cpu_count() or 1, seeds)
    total = count_rows(choices)
    print(f"scoreboard: {total.within} of {total.rows} published accuracies lie within {NEAR:g} percentage points of our mean, as stated")
    print(f"with those in the prediction interval: {total.held} as stated, {total.supported_held} with the supported readings")


def gradients() -> None:
    """Check the gradients of the reports' networks, and of one with each planted mistake."""
    from reproduction import fault_checks, gradient_checks

    seeds = read_provenance(FOLDER)["seeds"]
    rows = list(gradient_checks.measure(seeds))
    gradient_checks.write_checked(gradient_checks.CHECKED, rows)
    fault_checks.write_fault_checks(fault_checks.CHECKED, fault_checks.check_faults(seeds[:3]))
    print(f"gradients: {len(rows)} comparisons of gradients over {len(seeds)} seeds in {gradient_checks.CHECKED}")


def report() -> None:
    """Write the report."""
    from reproduction.report.write import write_report

    write_report(Path.cwd())


if __name__ == "__main__":
    sys.exit(exit_code("reproduction", lambda: main(sys.argv[1:])))
