"""The limits of size and the layers of imports: docs/decisions/0001-structure.md and 0016-budgets.md."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from budget import ROOT, figures, python_files

RANKS = (  # a module imports from lower ranks and from its own package
    ("errors", "arrays", "code_digest"),
    ("files", "paths", "signals", "threads"),
    ("nn",),
    ("optim",),
    ("config",),
    ("data",),
    ("training",),
    ("inference",),
    ("tracking",),
    ("display",),
    ("compare", "results"),
    ("stages",),
    ("sweep",),
    ("cli",),
    ("reproduction",),
)
RANK = {package: rank for rank, packages in enumerate(RANKS) for package in packages}
FACES = ("src/numlp/__init__.py", "src/numlp/__main__.py")  # these may import all
BUDGETS = {  # these only go down; docs/decisions/0016-budgets.md
    "lines of src": 9_485,
    "files of src": 108,
    "lines of reproduction": 3_573,
    "lines of benchmarks": 326,
    "lines of ladder": 266,
    "lines of tests": 9_426,
    "imports inside functions": 13,
    "private names of libraries": 0,
    "docstrings without a noun first": 0,
}
FILES_ON_THE_WAY, FRAMES = 38, 8  # from `numlp train` to the first update of the parameters


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of all that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_modules_import_only_from_lower_ranks_and_only_tracking_imports_mlflow() -> None:
    wrong = []
    for path in (*python_files("src/numlp"), *python_files("reproduction")):
        place = str(path.relative_to(ROOT))
        package = place.removeprefix("src/numlp/").split("/")[0].removesuffix(".py")
        if place in FACES:
            continue
        for name in imports(path):
            top, _, rest = name.partition(".")
            other = rest.split(".")[0] if top == "numlp" else top
            if other in RANK and other != package and RANK[other] >= RANK[package]:
                wrong.append(f"{place}: {name}")
            if top == "mlflow" and package != "tracking":
                wrong.append(f"{place}: {name}")
    assert wrong == []


@pytest.mark.parametrize("figure", BUDGETS)
def test_size_stays_within_its_budget(figure: str) -> None:
    assert figures()[figure] <= BUDGETS[figure]


@pytest.mark.slow
def test_path_from_train_to_first_update_stays_within_its_budget(with_data: Path) -> None:
    command = [sys.executable, ROOT / "tests" / "path_to_update.py", "data=synthetic", "train.epochs=0.1", "train.resume=false", "then=[]"]
    trained = subprocess.run(command, cwd=with_data, capture_output=True, text=True, check=True)
    path = json.loads(trained.stdout.splitlines()[-1])
    assert 0 < len(path["frames"]) <= FRAMES, path["frames"]
    assert len(path["files"]) <= FILES_ON_THE_WAY, path["files"]
