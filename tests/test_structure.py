"""The rules that keep the structure what docs/decisions/0001-structure.md says."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "numlp"
RANKS = (
    ("errors", "files", "arrays", "blas", "code_digest", "folded"),
    ("history", "rows", "config", "launchers", "node", "records", "machine", "project"),
    ("search_config",),
    ("nn", "optim", "data"),
    ("lr_range", "paired"),
    ("report", "evaluate", "onnx_file"),
    ("model_file", "train"),
    ("build", "state", "explain"),
    ("checkpoint", "divergence", "health"),
    ("tracking", "compose", "final_moments"),
    ("fit",),
    ("reproduction",),
    ("stages",),
    ("sweep",),
    ("launch", "usage"),
    ("completion",),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py") or path.parent != SOURCE)


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """First parts of the names below `numlp` that a module imports."""
    tree = ast.walk(ast.parse(path.read_text()))
    names = [node.module for node in tree if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("numlp.")]
    return {name.split(".")[1] for name in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_lower_ranks_or_its_own_room(path):
    mine = room(path)
    wrong = {name for name in imported(path) if name != mine and RANK[name] >= RANK[mine]}
    assert not wrong, f"{mine} (rank {RANK[mine]}) imports {wrong}"


def test_every_room_has_a_rank():
    assert {room(path) for path in MODULES} == set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_tracking_imports_mlflow(path):
    text = path.read_text()
    if room(path) != "tracking":
        assert "import mlflow" not in text
        assert "from mlflow" not in text
