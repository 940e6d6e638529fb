"""`python -m reproduction STEP`: the reproduction of the five reports, or a step of it, as reproduction/dvc.yaml calls them.

all [seeds=0,1,2]  every experiment by DVC, the scoreboard and the report, in build/reproduction; what was done before is not done again
plan               digests of all experiments' runs, so that DVC knows which have changed; prints how many updates they take
e08, x07           the runs of an experiment that are missing, and its result files; also with seeds=0,1,2
scoreboard         each published accuracy beside ours, and what the results were made of
gradients          the reports' gradient checks, and R0's with each planted mistake, with the seeds of the results
report             report.md and figures/, from the result files
commit             check the results in build/reproduction, and replace those in git by them (reproduction/results, report.md, figures)
report committed   report.md and figures/ in reproduction/, from the results in git
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import yaml

from numlp import paths
from numlp.cli.dvc import repro
from numlp.cli.main import exit_code
from numlp.code_digest import stage_digest
from numlp.config.compose import replacement_notice
from numlp.data.dataset import read_info
from numlp.errors import UserError, require
from numlp.files import write_json, write_text
from reproduction.commit import check_alike, note_of, replace_committed
from reproduction.experiments import Experiments
from reproduction.readings import count_rows, write_scoreboard
from reproduction.results import BUILD, COMMITTED, FOLDER, HOME, read_provenance, write_provenance
from reproduction.scoreboard import NEAR
from reproduction.settings import ASKED, PARAMS, Params, read_params

PLAN = Path("build/reproduction/plan.json")


def main(argv: Sequence[str]) -> int:
    """Do one step; the exit code of `all` is DVC's."""
    require(len(argv) > 0, "reproduction", "one of all, plan, scoreboard, gradients, report, commit, e01 to e33, x01 and so on", step="")
    step, *rest = argv
    if step in ("-h", "--help"):
        print(f"usage: {__doc__}")
        return 0
    if step == "all":
        return reproduce_all(rest)
    if step in ("gradients", "commit", "report"):
        committed = step == "report" and rest == ["committed"]
        require(not rest or committed, f"reproduction {step}", "no arguments", arguments=rest)
        alone: dict[str, Callable[[], None]] = {"gradients": gradients, "commit": commit, "report": lambda: report(committed)}
        alone[step]()
        return 0
    params = chosen(rest)
    if step in ("plan", "scoreboard"):
        {"plan": plan, "scoreboard": scoreboard}[step](params)
    else:
        experiment(step, params)
    return 0


def chosen(arguments: Sequence[str]) -> Params:
    """The parameters: those of `params=FILE`, else those of reproduction/params.yaml, with the seeds of `seeds=0,1,2`."""
    if len(arguments) == 1 and arguments[0].startswith("params="):
        return read_params(Path(arguments[0].removeprefix("params=")))
    return read_params(PARAMS, arguments)


def reproduce_all(argv: Sequence[str]) -> int:
    """Run every experiment by DVC with the seeds asked for, `seeds=0,1,2`, or those of reproduction/params.yaml."""
    params = read_params(PARAMS, argv)
    own = replacement_notice(Path.cwd())  # the results name their overrides: there are no others
    if own:
        raise UserError(f"reproduction all: expected the settings of params.yaml, got {own}")
    write_text(ASKED, yaml.safe_dump(asdict(params)))
    return repro(Path(), "download") or repro(HOME)  # a project of its own to DVC: it depends on files of the pipeline, not on its stages


def experiment(name: str, params: Params) -> None:
    """Make the runs of an experiment that are missing."""
    from reproduction.runner import run_experiment

    run_experiment(Experiments(Path.cwd(), params.overrides), name, note_of(name, params))


def plan(params: Params) -> None:
    """Write the digest of every experiment's runs, and print how many updates they take."""
    from reproduction.work_plan import make_plan

    planned = list(make_plan(Experiments(Path.cwd(), params.overrides), params))
    for part in planned:
        own = f" and {part.own:,} of our own draws" if part.own else ""
        print(f"{part.experiment}: {part.updates:,} updates in {part.runs} runs{own}")
    total = sum(part.updates + part.own for part in planned)
    print(f"plan: {total:,} updates with {len(params.seeds)} seed{'s' if len(params.seeds) != 1 else ''}")
    write_json(PLAN, {part.experiment: part.digest for part in planned}, indent=2)


def scoreboard(params: Params) -> None:
    """Write scoreboard.csv and provenance.json, of results that were all made alike."""
    from numlp.tracking import environment_tags

    check_alike(FOLDER, params)
    choices = list(write_scoreboard(Path.cwd()).values())
    tags = {**environment_tags(Path.cwd()), "source": stage_digest("train")}
    write_provenance(FOLDER, read_info(paths.DOWNLOAD), tags, os.cpu_count() or 1, params.seeds, params.overrides)
    total = count_rows(choices)
    print(f"scoreboard: {total.within} of {total.rows} published accuracies lie within {NEAR:g} percentage points of our mean, as stated")
    print(f"with those in the prediction interval: {total.held} as stated, {total.supported_held} with the supported readings")


def gradients() -> None:
    """Check the gradients of the reports' networks, and of one with each planted mistake."""
    from reproduction import gradient_checks

    seeds = read_provenance(FOLDER)["seeds"]
    rows = list(gradient_checks.measure(seeds))
    gradient_checks.write_checks(FOLDER / gradient_checks.CHECKED, rows)
    gradient_checks.write_checks(FOLDER / gradient_checks.FAULTS_CHECKED, list(gradient_checks.check_faults(seeds[:3])))
    print(f"gradients: {len(rows)} comparisons of gradients over {len(seeds)} seeds in {FOLDER / gradient_checks.CHECKED}")


def report(committed: bool = False) -> None:
    """Write the report of the results in build/, or of those in git."""
    from reproduction.report.write import write_report

    write_report(Path.cwd(), COMMITTED if committed else FOLDER, HOME if committed else BUILD)


def commit() -> None:
    """Replace the results in git by those in build/, and write their report."""
    replace_committed(FOLDER, COMMITTED)
    report(committed=True)


if __name__ == "__main__":
    sys.exit(exit_code("reproduction", lambda: main(sys.argv[1:])))
