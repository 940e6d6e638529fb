"""`import numlp`: it is light, its names are typed and documented, and the package itself does not import by it."""

import ast
import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import numlp

ROOT = Path(__file__).resolve().parents[1]
FACE = ROOT / "src/numlp/__init__.py"
MODULES = sorted(path for folder in ("src", "reproduction") for path in (ROOT / folder).rglob("*.py") if path != FACE)
DOCUMENTED = [name for name in numlp.__all__ if callable(getattr(numlp, name))]  # the others are values


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_it_imports_no_package_but_itself():
    script = (
        "import sys; before = set(sys.modules); import numlp; print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    assert set(ast.literal_eval(run(script))) - sys.stdlib_module_names == {"numlp"}


def test_the_thread_timeout_is_set_before_numpy_is_imported():
    script = (
        "import os, sys; os.environ.pop('OPENBLAS_THREAD_TIMEOUT', None); import numlp;"
        "print('numpy' in sys.modules, os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    )
    assert run(script) == "False 20"


def test_using_all_its_names_imports_neither_hydra_nor_mlflow_nor_dvc():
    script = "import sys; from numlp import *; print(sorted({'hydra', 'mlflow', 'dvc', 'matplotlib'} & set(sys.modules)))"
    assert run(script) == "[]"


def test_the_type_checker_the_lazy_table_and_all_have_the_same_names():
    (block,) = (node for node in ast.parse(FACE.read_text()).body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    lazy = {name: f"numlp.{module}" for module, names in numlp._NAMES.items() for name in names}
    assert seen == lazy
    assert sorted(numlp.__all__) == sorted(seen)


def test_a_name_that_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        _ = numlp.Netwrok


def test_completion_offers_the_public_names():
    assert set(numlp.__all__) <= set(dir(numlp))


def test_the_reference_lists_each_name():
    section = (ROOT / "docs/reference.md").read_text().partition("## Names of `import numlp`\n")[2].partition("\n## ")[0]
    assert [name for name in numlp.__all__ if f"`{name}`" not in section] == []


def test_no_module_of_the_project_imports_by_it():
    """Such an import would go the long way round, by all public modules."""
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            used = []
            if isinstance(node, ast.ImportFrom) and node.module == "numlp":
                used = [alias.name for alias in node.names]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "numlp":
                used = [node.attr]
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in used if name in numlp.__all__]
    assert wrong == []


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_example_of_a_public_name_runs_on_its_own(name):
    """With no names but those that the example imports, as a reader would paste it."""
    text = getattr(numlp, name).__doc__
    assert "Examples:\n" in text
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert "import numlp\n" in [example.source for example in test.examples]
    printed = []
    failed = doctest.DocTestRunner().run(test, out=printed.append).failed
    assert failed == 0, "".join(printed)
