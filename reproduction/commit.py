"""The step that makes results a part of git: results of one state of the code and the images, of all seeds, and without overrides."""

from dataclasses import replace
from pathlib import Path

from numlp.errors import UserError, require
from numlp.files import replacing
from reproduction.gradient_checks import CHECKED, FAULTS_CHECKED
from reproduction.product import make_note
from reproduction.results import EXPERIMENTS, OWN, PROVENANCE, read_note, read_provenance, read_results
from reproduction.settings import PARAMS, Params, read_params

REMEDY = "run make reports SEEDS=0,1,2,3,4"


def check_alike(folder: Path, params: Params) -> None:
    """Check that every experiment in `folder` is what these parameters, this code and these images make.

    Raises:
        UserError: One is of others, so that a table would have rows of both.
    """
    names, note = [path.stem for path in sorted(folder.glob(EXPERIMENTS))], make_note(Path.cwd(), [], params.overrides)
    others = [name for name in names if read_note(folder, name) != replace(note, seeds=params.seeds_of(name))]
    if others:
        raise UserError(
            f"results of other seeds, overrides, code or images in {folder}: {', '.join(others)}; run them again with "
            "python -m reproduction NAME, or all with python -m reproduction all"
        )


def replace_committed(folder: Path, committed: Path) -> None:
    """Copy the results in `folder` over those in git.

    Raises:
        UserError: They are of other settings, other code, other images or fewer runs than they may be; nothing was changed.
    """
    provenance, where = read_provenance(folder), "reproduction commit"
    require(not provenance["overrides"], where, f"results without overrides ({REMEDY})", overrides=provenance["overrides"])
    source, data = provenance["source"], provenance["data"]["name"]
    require(source == make_note(Path.cwd(), [], []).source, where, f"results of the code as it is now ({REMEDY})", source=source)
    before = read_provenance(committed)["data"]["name"] if (committed / PROVENANCE).exists() else data
    require(data == before, where, f"results on {before}, as in git", data=data)
    check_alike(folder, Params(provenance["seeds"], [], read_params(PARAMS).at_most))
    files = sorted({path.name for path in [*committed.glob("*.csv*"), *folder.glob("*.csv*")]} | {CHECKED, FAULTS_CHECKED, PROVENANCE})
    missing = [name for name in files if not (folder / name).exists()]
    if missing:
        raise UserError(f"{where}: not made yet: {', '.join(missing)}; {REMEDY}")
    for path in sorted(folder.glob(EXPERIMENTS)):
        lacking = _runs(committed, path.stem) - _runs(folder, path.stem)
        require(not lacking, f"{where}: {path.stem}", f"every run and seed that git has ({REMEDY})", missing=sorted(lacking)[:3])
    for name in files:
        with replacing(committed / name) as file:
            file.write((folder / name).read_bytes())


def _runs(folder: Path, experiment: str) -> set[tuple[str, int]]:
    """The runs of an experiment, each with its seed; our own draws follow from results before them, and need not be the same."""
    return {(row.run, row.seed) for row in read_results(folder, experiment) if not row.run.startswith(OWN)}
