"""The size of the project, counted: `python -m tests.budget` prints each figure beside its limit in tests/test_structure.py."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("hydra", "argparse", "joblib", "mlflow", "optuna", "omegaconf")
PRIVATE = re.compile(rf"\b(?:{'|'.join(LIBRARIES)})[\w.]*\._\w|\bimport _[a-z]\w*|\b_(?:actions|add_action|return_value|trial_id)\b")
VAGUE = re.compile(r"(?:Of|What|Those|That|As|Whose|Where)\b")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def lines(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> int:
    """Lines of the source files below the folders, docstrings and blank lines included."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes and path.is_file()]
    return sum(path.read_text().count("\n") for path in files)


def nested_imports() -> Iterator[str]:
    """Yield the place of each import statement inside a function of the package."""
    for path in python_files("src"):
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        statements = {
            node.lineno for function in functions for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        yield from (f"{path.relative_to(ROOT)}:{line}" for line in sorted(statements))


def private_reaches() -> Iterator[str]:
    """Yield each line of the package that uses a private name of a library."""
    for path in python_files("src"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if PRIVATE.search(line.partition("#")[0]):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def vague_docstrings() -> Iterator[str]:
    """Yield the place of each docstring that begins with a word that stands for a noun the reader must guess."""
    for path in (path for folder in ("src", "reproduction", "tests") for path in python_files(folder)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and VAGUE.match(ast.get_docstring(node) or ""):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: {ast.get_docstring(node)}"


@cache
def figures() -> dict[str, int]:
    """All counts, by the names that tests/test_structure.py limits."""
    return {
        "lines of src": lines("src", suffixes=(".py", ".pyi")),
        "files of src": len(python_files("src")),
        "lines of reproduction": lines("reproduction", suffixes=(".py", ".j2", ".html", ".js", ".css")),
        "lines of benchmarks": lines("benchmarks"),
        "lines of ladder": lines("ladder", suffixes=(".py", ".j2", ".svg")),
        "lines of tests": lines("tests"),
        "imports inside functions": len(list(nested_imports())),
        "private names of libraries": len(list(private_reaches())),
        "docstrings without a noun first": len(list(vague_docstrings())),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    from test_structure import BUDGETS

    for name, figure in figures().items():
        print(f"{name:30} {figure:6,} of {BUDGETS[name]:6,}")
    print(*private_reaches(), sep="\n")
