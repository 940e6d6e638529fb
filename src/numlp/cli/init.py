"""`numlp init DIR`: create a project in a new directory, from files of the package."""

import argparse
import re
import shlex
import shutil
import tempfile
from pathlib import Path

import numlp
from numlp.errors import require

FILES = ("conf", "params.yaml", "dvc.yaml", "constraints.txt", ".gitignore", ".dvcignore", ".dvc/config", ".dvc/.gitignore")
README = """\
# A project of numlp

`params.yaml` has every setting, and `conf/` the options of the config groups. `numlp run` runs the pipeline, and so does `dvc repro` after
an edit; `numlp --help` lists the other commands.

DVC keeps experiments in git. If this directory is no git checkout yet, create one; the next `numlp run` tells DVC:

    git init && git add . && git commit -m "Begin"
    numlp run && git add dvc.lock && git commit -m "Run the pipeline"
    dvc exp run -S model=mlp9 -S '++set.schedule.eta_max=0.05'
    dvc exp show --only-changed
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder and --data."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new or empty directory")
    parser.add_argument("--data", metavar="NAME", help="data set: cifar10 (the default), synthetic, npz or folder (set data.path then)")


def run(arguments: argparse.Namespace) -> int:
    """Create a project, and print the next steps."""
    lay_out(arguments.folder, arguments.data)
    there = f"cd {shlex.quote(str(arguments.folder))}\n" if arguments.folder != Path() else ""
    print(f"created a project in {arguments.folder}; next:\n{there}numlp run       # or dvc repro\nnumlp --help")
    return 0


def lay_out(folder: Path, data: str | None = None) -> None:
    """Make a project in `folder`, whole or not at all.

    Args:
        folder: A new folder, or one that is empty but for a `.git`.
        data: An option of conf/data; None for that of params.yaml.

    Raises:
        UserError: `folder` has something in it, or there is no such data set.
    """
    empty = not folder.exists() or (folder.is_dir() and all(path.name == ".git" for path in folder.iterdir()))
    require(empty, "numlp init", "a new or an empty directory", DIR=str(folder))
    known = sorted(path.stem for path in (template() / "conf" / "data").glob("*.yaml"))
    require(data is None or data in known, "numlp init", f"--data {' or '.join(known)}", data=data)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".numlp-init.") as scratch:
        _fill(Path(scratch), data, in_git(folder))
        for path in Path(scratch).iterdir():
            path.rename(folder / path.name)


def template() -> Path:
    """The folder of a new project's files: in an installed package its own, in a checkout the checkout."""
    carried = Path(numlp.__file__).parent / "project"
    return carried if carried.is_dir() else Path(numlp.__file__).parents[2]


def in_git(folder: Path) -> bool:
    """Tell whether `folder` is in a git checkout."""
    return any((outer / ".git").exists() for outer in (folder.absolute(), *folder.absolute().parents))


def _fill(folder: Path, data: str | None, git: bool) -> None:
    for name in FILES:
        source, target = template() / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    if data is not None:
        params = folder / "params.yaml"
        params.write_text(re.sub(r"^data: \w+", f"data: {data}", params.read_text(), flags=re.MULTILINE))
    (folder / "README.md").write_text(README)
    if not git:
        (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
