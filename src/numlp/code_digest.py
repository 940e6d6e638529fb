"""The code that decides the outputs of each stage, and its digest: for DVC, cached results, checkpoints and the statistics of a split."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
MODEL = ("arrays.py", "nn", "optim", "training", "inference/model_file.py")
DECIDING = {  # by stage of dvc.yaml: files and folders; tests/test_code_digest.py finds one that is missing
    "download": ("data/cifar10.py", "data/dataset.py", "data/folder.py", "data/image_file.py", "data/npz.py", "data/synthetic.py"),
    "normalise": ("data/normalise.py",),
    "train": (*MODEL, "threads.py", "data/augment.py", "data/normalise.py"),
    "evaluate": (*MODEL, "stages/evaluate.py"),
    "plot": ("config/naming.py", "display", "stages/plot.py"),
}


@cache
def stage_digest(stage: str) -> str:
    """SHA-256 of the syntax trees of all code that decides a stage's outputs, as the files are when this process first asks.

    Comments, docstrings and the layout of lines do not count.
    """
    trees = [f"{file.relative_to(PACKAGE).as_posix()} {tree_digest(file.read_text(encoding='utf-8'))}" for file in deciding_files(stage)]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


def deciding_files(stage: str) -> list[Path]:
    """The source files that decide a stage's outputs, in order."""
    paths = [PACKAGE / name for name in DECIDING[stage]]
    return sorted(file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path]))


def tree_digest(source: str) -> str:
    """SHA-256 of the syntax tree of a module's text, without docstrings."""
    return hashlib.sha256(repr(_plain(ast.parse(source))).encode()).hexdigest()


def _plain(node: object) -> object:
    """A syntax tree as tuples, in a form that does not follow from Python's version: empty fields are left out, as `ast.dump` may."""
    if isinstance(node, list):
        return tuple(_plain(item) for item in node if not _is_bare_text(item))
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, _plain(value)) for name, value in ast.iter_fields(node) if value is not None and value != [])
    return (type(node).__name__, *fields)


def _is_bare_text(node: object) -> bool:
    """Tell whether a statement is text alone: a docstring, of whatever it follows."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
