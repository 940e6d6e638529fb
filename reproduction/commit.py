"""The step that makes results a part of git: of code with the same bits, the same images and all seeds, and without overrides."""

from pathlib import Path

from numlp.errors import UserError, require
from numlp.files import read_json, replacing
from reproduction.gradient_checks import CHECKED, FAULTS_CHECKED
from reproduction.results import CHECK, EXPERIMENTS, OWN, PROVENANCE, read_provenance, read_results
from reproduction.runner import Work
from reproduction.settings import PARAMS, Params, read_params

REMEDY = "run make reports, and python -m reproduction check"


def check_alike(folder: Path, params: Params) -> Work:
    """Check that every experiment in `folder` is what these parameters, this code and these images make; the canaries are trained for it.

    Raises:
        UserError: One is of others, so that a table would have rows of both.
    """
    names, work = [path.stem for path in [*sorted(folder.glob(EXPERIMENTS)), *folder.glob(f"{CHECK}.csv")]], Work(params)
    for name in names:
        work.add_canaries(map(work.kernel, params.seeds_of(name)))
    work.train()
    others = [name for name in names if read_json(folder / f"{name}.json") != work.note(name)]
    if others:
        raise UserError(
            f"results of other seeds, overrides, code or images in {folder}: {', '.join(others)}; run them again with "
            "python -m reproduction NAME, or all with python -m reproduction all"
        )
    return work


def replace_committed(folder: Path, committed: Path) -> None:
    """Copy the results in `folder` over those in git.

    Raises:
        UserError: They are of other settings, other code, other images or fewer runs than they may be; nothing was changed.
    """
    provenance, where, params = read_provenance(folder), "reproduction commit", read_params(PARAMS)
    require(not provenance["overrides"], where, f"results without overrides ({REMEDY})", overrides=provenance["overrides"])
    require(provenance["seeds"] == params.seeds, where, f"results of all seeds ({REMEDY})", seeds=provenance["seeds"])
    data = provenance["data"]["name"]
    before = read_provenance(committed)["data"]["name"] if (committed / PROVENANCE).exists() else data
    require(data == before, where, f"results on {before}, as in git", data=data)
    files = sorted({path.name for path in [*committed.glob("*.csv*"), *folder.glob("*.csv*")]} | {CHECKED, FAULTS_CHECKED, PROVENANCE})
    missing = [name for name in files if not (folder / name).exists()]
    if missing:
        raise UserError(f"{where}: not made yet: {', '.join(missing)}; {REMEDY}")
    check_alike(folder, params)
    for path in sorted(folder.glob(EXPERIMENTS)):
        lacking = _runs(committed, path.stem) - _runs(folder, path.stem)
        require(not lacking, f"{where}: {path.stem}", f"every run and seed that git has ({REMEDY})", missing=sorted(lacking)[:3])
    for name in files:
        with replacing(committed / name) as file:
            file.write((folder / name).read_bytes())


def _runs(folder: Path, experiment: str) -> set[tuple[str, int]]:
    """The runs of an experiment, each with its seed; our own draws follow from results before them, and need not be the same."""
    return {(row.run, row.seed) for row in read_results(folder, experiment) if not row.run.startswith(OWN)}
