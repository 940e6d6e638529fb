"""The rules that keep the structure what docs/decisions/0001-structure.md says."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from budget import figures

ROOT = Path(__file__).resolve().parents[1]
SOURCE, REPRODUCTION = ROOT / "src" / "numlp", ROOT / "reproduction"
RANKS = (  # a module imports from lower ranks and from its own package
    ("errors", "arrays", "code_digest"),
    ("files", "paths", "signals", "blas", "threads"),
    ("config",),
    ("nn", "optim"),
    ("data",),
    ("training",),
    ("inference",),
    ("tracking", "analysis"),
    ("display",),
    ("runs",),
    ("stages",),
    ("sweep",),
    ("cli",),
    ("reproduction",),
)
BUDGETS = {  # these only go down; docs/decisions/0016-budgets.md
    "lines of src": 13_640,
    "files of src": 153,
    "lines of reproduction": 5_120,
    "lines of benchmarks": 326,
    "lines of ladder": 285,
    "lines of tests": 13_140,
    "imports inside functions": 102,
    "private names of libraries": 8,
}
FILES_ON_THE_WAY, FRAMES = 58, 12  # from `numlp train` to the first update of the parameters
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
LOOSE = 8  # modules at the top at the most
OPEN = ("__init__", "__main__")  # the package's own face and its `python -m`, which may import all
FILES = [*SOURCE.rglob("*.py"), *REPRODUCTION.rglob("*.py")]
MODULES = sorted(path for path in FILES if path.parent != SOURCE or path.stem not in OPEN)


def parts(path: Path) -> tuple[str, ...]:
    """A file's dotted name, without `numlp`."""
    inner = path.relative_to(SOURCE if SOURCE in path.parents else ROOT).with_suffix("")
    return inner.parts[:-1] if inner.name == "__init__" else inner.parts


TOP = {parts(path)[:1] for path in FILES if SOURCE in path.parents}


def imported(path: Path) -> set[str]:
    """The packages and loose modules that a file imports, wherever the statement is, in `from numlp import x` too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            first, *rest = name.split(".")
            if first == "numlp" and tuple(rest[:1]) in TOP and rest:
                found.add(rest[0])
            elif first == "reproduction":
                found.add(first)
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_imports_only_from_lower_ranks_or_its_own_package(path):
    mine = parts(path)[0]
    wrong = {other for other in imported(path) if other != mine and RANK[other] >= RANK[mine]}
    assert not wrong, f"{mine} (rank {RANK[mine]}) imports {wrong}"


def test_the_rule_sees_every_form_of_import(tmp_path):
    text = (
        "from numlp import paths\nimport numlp.sweep.jobs\ndef f():\n    from numlp.cli.main import main\n    import reproduction.runner\n"
    )
    (tmp_path / "probe.py").write_text(text)
    assert imported(tmp_path / "probe.py") == {"paths", "sweep", "cli", "reproduction"}


def test_every_package_has_a_rank():
    assert {parts(path)[0] for path in MODULES} == set(RANK)


def names_of_boxes(diagram: str) -> list[str]:
    return re.findall(r'<text class="b"[^>]*>([^<]*)</text>', (ROOT / "docs/images" / diagram).read_text())


def test_the_diagram_of_packages_has_the_ranks_from_the_highest_down():
    assert names_of_boxes("packages.svg") == [", ".join(names) for names in reversed(RANKS)]


def test_the_diagram_of_the_data_flow_has_the_stages_in_order():
    stages = list(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"])
    assert [box for box in names_of_boxes("data-flow.svg") if box in stages] == stages


def test_few_modules_are_loose():
    loose = sorted(path.stem for path in SOURCE.glob("*.py") if path.stem not in OPEN)
    assert len(loose) <= LOOSE, loose


def test_every_package_says_what_lives_there():
    silent = [name(path) for path in FILES if path.name == "__init__.py" and ast.get_docstring(ast.parse(path.read_text())) is None]
    assert not silent


def test_stages_are_those_of_dvc():
    modules = {path.stem for path in (SOURCE / "stages").glob("*.py")} - {"__init__"}
    assert modules == set(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"])


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_tracking_imports_mlflow(path):
    text = path.read_text()
    if parts(path)[0] != "tracking":
        assert "import mlflow" not in text
        assert "from mlflow" not in text


@pytest.mark.parametrize("figure", BUDGETS)
def test_size_stays_within_its_budget(figure):
    assert figures()[figure] <= BUDGETS[figure]


@pytest.mark.slow
def test_path_from_train_to_first_update_stays_within_its_budget(project):
    command = [sys.executable, ROOT / "tests" / "path_to_update.py", "data=synthetic", "train.epochs=0.1", "train.resume=false", "then=[]"]
    trained = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    path = json.loads(trained.stdout.splitlines()[-1])
    assert 0 < len(path["frames"]) <= FRAMES, path["frames"]
    assert len(path["files"]) <= FILES_ON_THE_WAY, path["files"]
