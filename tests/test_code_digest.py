"""The digest of the code that decides a result: by the table of files, whatever comments say."""

import ast
import shutil
import subprocess
import sys
from functools import cache

import pytest
import yaml

from budget import ROOT
from numlp import code_digest
from numlp.code_digest import DECIDING, PACKAGE, deciding_files, stage_digest, tree_digest

MODULE = '"""A module."""\nWIDTH = 1  # a comment\ndef area(height):\n    """The area."""\n    return WIDTH * height\n'
EDITS = [  # of MODULE, and whether the edit counts
    ("# a comment", "# another comment", False),
    ("The area.", "The product of the sides.", False),
    ('"""A module."""\n', "", False),
    ("WIDTH * height", "(\n        WIDTH\n        * height\n    )", False),
    ("# a comment", '\n"""A text below a constant."""', False),
    ("WIDTH = 1", "WIDTH = 2", True),
    ("*", "+", True),
    ("(height)", "(height=1)", True),
    ("WIDTH * height", "'WIDTH'", True),
]


@pytest.mark.parametrize(("old", "new", "counts"), EDITS)
def test_edit_counts_if_python_sees_it(old, new, counts):
    edited = MODULE.replace(old, new)
    assert edited != MODULE
    assert (tree_digest(edited) != tree_digest(MODULE)) is counts


UNDECIDING = ("config", "errors", "files", "paths", "signals", "code_digest", "data")  # imported for a training, and in no digest of it
EVALUATION = (*UNDECIDING, "tracking", "results", "stages", "inference", "threads", "display", "analysis")
IMPORTED = [("training.fit", "train", UNDECIDING), ("stages.evaluate", "evaluate", EVALUATION), ("data.cifar10", "download", UNDECIDING)]


@pytest.mark.parametrize(("module", "stage", "others"), IMPORTED)
def test_every_module_that_a_stage_imports_counts_or_decides_nothing(module, stage, others):
    script = f"import sys, numlp.{module}; print([n for n in sys.modules if n.startswith('numlp.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    deciding = {".".join(("numlp", *file.relative_to(PACKAGE).with_suffix("").parts)) for file in deciding_files(stage)}
    left = {name for name in ast.literal_eval(done.stdout) if name not in deciding and f"{name}.__init__" not in deciding}
    assert {name.split(".")[1] for name in left} <= set(others)


STAGES_OF_EDITS = {
    "data/cifar10.py": {"download"},
    "data/normalise.py": {"normalise", "train"},
    "data/augment.py": {"train"},
    "nn/activations.py": {"train", "evaluate"},
    "stages/evaluate.py": {"evaluate"},
    "display/curves.py": {"plot"},
    "config/compose.py": set(),
    "tracking/store.py": set(),
}


def test_edit_changes_the_digests_of_its_stages_alone(tmp_path, monkeypatch):
    copy = tmp_path / "numlp"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code_digest, "PACKAGE", copy)
    monkeypatch.setattr(code_digest, "tree_digest", cache(tree_digest))  # of a text, once
    before = {stage: stage_digest.__wrapped__(stage) for stage in DECIDING}
    for name, stages in STAGES_OF_EDITS.items():
        text = (copy / name).read_text()
        (copy / name).write_text(f"{text}\nADDED = 1\n")
        assert {stage for stage in DECIDING if stage_digest.__wrapped__(stage) != before[stage]} == stages, name
        (copy / name).write_text(text)


def test_stages_of_dvc_name_their_digests_and_no_source_file_and_the_one_that_computes_them_always_runs():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    named = {name: [key for entry in stage.get("params", []) for key in entry["build/resolved.yaml"]] for name, stage in stages.items()}
    assert {name for name, keys in named.items() if keys == [f"resolved.keys.{name}"]} == set(DECIDING) == set(stages) - {"resolve"}
    assert stages["resolve"]["always_changed"]
    assert [dep for stage in stages.values() for dep in stage.get("deps", []) if not dep.startswith("build/")] == []
