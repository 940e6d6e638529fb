"""`import numlp`: it is light, and its names are listed and documented by examples that run."""

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import numlp

REFERENCE = Path(__file__).resolve().parents[1] / "docs/reference.md"
EXAMPLES = [name for name in numlp.__all__ if "Examples:" in (getattr(numlp, name).__doc__ or "")]
SCRIPT = """
import os, sys
os.environ.pop("OPENBLAS_THREAD_TIMEOUT", None)
before = set(sys.modules)
import numlp
at_once = {name.partition(".")[0] for name in set(sys.modules) - before}
from numlp import *
heavy = {"hydra", "mlflow", "dvc", "matplotlib"} & set(sys.modules)
print((sorted(at_once), sorted(heavy), os.environ["OPENBLAS_THREAD_TIMEOUT"]))
"""


def test_import_is_light_and_sets_the_thread_timeout_before_numpy_reads_it():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    at_once, heavy, timeout = ast.literal_eval(done.stdout)
    assert (set(at_once) - sys.stdlib_module_names, heavy, timeout) == ({"numlp"}, [], "20")


def test_names_are_in_the_reference_and_another_one_is_an_attribute_error():
    section = REFERENCE.read_text().partition("## Names of `import numlp`\n")[2].partition("\n## ")[0]
    named = re.findall(r"(\w+) as", Path(numlp.__file__).with_suffix(".pyi").read_text())
    assert [name for name in named if f"`{name}`" not in section] == []
    assert set(numlp.__all__) <= set(dir(numlp))
    with pytest.raises(AttributeError, match="Netwrok"):
        _ = numlp.Netwrok


def test_each_public_name_has_a_docstring():
    assert [name for name in numlp.__all__ if not getattr(numlp, name).__doc__] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_of_a_public_name_runs_on_its_own(name):
    """With no names but those that the example imports, as a reader would paste it."""
    test = doctest.DocTestParser().get_doctest(getattr(numlp, name).__doc__, {}, name, None, 0)
    assert "import numlp\n" in [example.source for example in test.examples]
    printed = []
    failed = doctest.DocTestRunner().run(test, out=printed.append).failed
    assert failed == 0, "".join(printed)
