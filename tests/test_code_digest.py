"""What a result follows from: the code that decides it, whatever its comments say."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from numlp import code_digest
from numlp.code_digest import DECIDING, PACKAGE, closure, stage_digest, tree_digest

END = '"""\n'  # of a docstring of one line
ROOT = Path(__file__).resolve().parents[1]
MODULE = '''"""A module."""

WIDTH = 1  # a comment


def area(height):
    """The area.

    More of it.
    """
    return WIDTH * height
'''


@pytest.mark.parametrize(
    "other",
    [
        MODULE.replace("# a comment", "# another comment"),
        MODULE.replace("The area.", "What it covers."),
        MODULE.replace('"""A module."""\n', ""),
        MODULE.replace("WIDTH * height", "(\n        WIDTH\n        * height\n    )"),
        MODULE.replace("# a comment", '\n"""Of the page."""'),
    ],
    ids=["comment", "docstring", "no docstring", "lines", "text below a constant"],
)
def test_what_only_readers_see_does_not_count(other):
    assert other != MODULE
    assert tree_digest(other) == tree_digest(MODULE)


@pytest.mark.parametrize(
    ("old", "new"), [("WIDTH = 1", "WIDTH = 2"), ("*", "+"), ("height", "depth"), ("(height)", "(height=1)"), ("WIDTH * height", "'WIDTH'")]
)
def test_what_python_sees_counts(old, new):
    assert tree_digest(MODULE.replace(old, new)) != tree_digest(MODULE)


@pytest.mark.parametrize("stage", ["download", "normalise", "train"])  # the others import the recorder, which imports for itself
def test_every_module_that_python_imports_for_a_stage_is_in_its_closure(stage):
    script = f"import sys; [__import__(name) for name in {DECIDING[stage]!r}]; print([n for n in sys.modules if n.startswith('numlp.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(done.stdout)) <= set(closure(*DECIDING[stage]))


def test_training_is_decided_by_no_code_that_shows_records_or_searches():
    deciding = closure(*DECIDING["train"])
    assert {
        "numlp.nn.batch_norm",
        "numlp.training.final_moments",
        "numlp.training.trainer",
        "numlp.arrays",
        "numlp.data.preprocess",
    } <= set(deciding)
    others = (
        "numlp.tracking",
        "numlp.display",
        "numlp.sweep",
        "numlp.stages",
        "numlp.runs",
        "numlp.signals",
        "reproduction",
    )
    assert not [name for name in deciding if name.startswith(others)]


@pytest.mark.parametrize("stage", DECIDING)
def test_each_module_of_the_closure_counts_by_its_code_and_not_by_its_docstring(stage):
    for path in closure(*DECIDING[stage]).values():
        text = path.read_text()
        assert tree_digest(f'"""Another docstring."""\n{text.partition(END)[2]}') == tree_digest(text), path
        assert tree_digest(f"{text}\nADDED = 1\n") != tree_digest(text), path


def test_an_edit_deep_in_the_closure_changes_the_digest_of_training(tmp_path, monkeypatch):
    for path in closure(*DECIDING["train"]).values():
        copy = tmp_path / "numlp" / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    monkeypatch.setattr(code_digest, "PACKAGE", tmp_path / "numlp")
    digests = {code_digest.code_digest.__wrapped__(*DECIDING["train"]), stage_digest("train")}
    assert len(digests) == 1
    for name in ("arrays.py", "nn/activations.py", "config/training.py"):
        with (tmp_path / "numlp" / name).open("a") as file:
            file.write("\nADDED = 1\n")
        code_digest._read.cache_clear()
        digests.add(code_digest.code_digest.__wrapped__(*DECIDING["train"]))
    assert len(digests) == 4


def test_the_stages_name_their_digests_and_no_source_file():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    named = {name: [key for entry in stage.get("params", []) for key in entry["build/resolved.yaml"]] for name, stage in stages.items()}
    assert {name for name, keys in named.items() if f"resolved.code.{name}" in keys} == set(DECIDING) == set(stages) - {"resolve"}
    sources = {name: [dep for dep in stage.get("deps", []) if dep.startswith("src")] for name, stage in stages.items()}
    assert {name: found for name, found in sources.items() if found} == {"resolve": ["src/numlp"]}


def test_the_digest_is_the_same_in_each_process():
    script = "from numlp.code_digest import DECIDING, stage_digest; import json; print(json.dumps({s: stage_digest(s) for s in DECIDING}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {stage: stage_digest(stage) for stage in DECIDING}
