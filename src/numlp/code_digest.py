"""Which code a result follows from, and its digest: one place for DVC's stages, cached results, checkpoints and normalised arrays."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
DECIDING = {  # by stage of dvc.yaml: the modules that decide its outputs, each with all that it imports
    "download": ("numlp.data.cifar10", "numlp.data.synthetic", "numlp.data.raw"),
    "normalise": ("numlp.data.preprocess",),
    "train": ("numlp.training.fit", "numlp.inference.model_file", "numlp.files"),
    "evaluate": ("numlp.stages.evaluate",),
    "plot": ("numlp.stages.plot",),
}
RECORDING = "numlp.tracking"  # writes down what happens, and decides nothing


def stage_digest(stage: str) -> str:
    """The digest of all code that decides the outputs of a stage of dvc.yaml."""
    return code_digest(*DECIDING[stage])


@cache
def code_digest(*modules: str) -> str:
    """SHA-256 of the syntax trees of `modules` and of all that they import, as the files were when this process first asked.

    Comments, docstrings and the layout of lines do not count.
    """
    trees = [f"{name} {_read(path)[0]}" for name, path in sorted(closure(*modules).items())]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


def closure(*modules: str) -> dict[str, Path]:
    """The modules of the package that `modules` import, directly or not, themselves included: files by name.

    Imports inside functions count, those for the type checker alone do not. The package's own `__init__` is left out: it offers
    names to library users and decides nothing.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found or name.startswith(RECORDING):
            continue
        found[name] = path
        parts = name.split(".")
        waiting += [".".join(parts[:end]) for end in range(2, len(parts))]  # a package's __init__ runs before its modules
        waiting += _read(path)[1]
    return found


@cache
def _read(path: Path) -> tuple[str, list[str]]:
    """The digest of a module's syntax tree, and the names that it imports; a file is parsed once for all stages."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return _digest(tree), list(_imports(tree))


def tree_digest(source: str) -> str:
    """SHA-256 of the syntax tree of a module's text, without docstrings."""
    return _digest(ast.parse(source))


def _digest(tree: ast.Module) -> str:
    return hashlib.sha256(repr(_plain(tree)).encode()).hexdigest()


def _plain(node: object) -> object:
    """A syntax tree as tuples, in a form that does not follow from Python's version: empty fields are left out, as `ast.dump` may."""
    if isinstance(node, list):
        return tuple(_plain(item) for item in node if not _bare_text(item))
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, _plain(value)) for name, value in ast.iter_fields(node) if value is not None and value != [])
    return (type(node).__name__, *fields)


def _bare_text(node: object) -> bool:
    """Whether a statement is text alone: a docstring, of whatever it follows."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module is not None:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif not (isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"):
            yield from _imports(child)


def _file(name: str) -> Path | None:
    """The file of a module of the package; None for what is none, and for the package itself."""
    package, *parts = name.split(".")
    if package != PACKAGE.name or not parts:
        return None
    path = PACKAGE.joinpath(*parts)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)
