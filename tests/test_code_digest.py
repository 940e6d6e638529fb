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
from numlp.code_digest import DECIDING, PACKAGE, deciding_files, stage_digest, tree_digest

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


UNDECIDING = ("config", "errors", "files", "paths", "signals", "code_digest", "data")  # imported for a training, and in no digest of it
EVALUATION = ("tracking", "runs", "stages", "inference", "threads", "blas", "display", "analysis")


@pytest.mark.parametrize(("module", "stage"), [("training.fit", "train"), ("stages.evaluate", "evaluate"), ("data.cifar10", "download")])
def test_every_module_that_a_stage_imports_counts_or_is_known_to_decide_nothing(module, stage):
    script = f"import sys, numlp.{module}; print([n for n in sys.modules if n.startswith('numlp.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    deciding = {".".join(("numlp", *file.relative_to(PACKAGE).with_suffix("").parts)) for file in deciding_files(stage)}
    others = {"train": UNDECIDING, "evaluate": (*UNDECIDING, *EVALUATION), "download": ("config", "errors", "files", "paths", "data")}[
        stage
    ]
    left = {name for name in ast.literal_eval(done.stdout) if name not in deciding and f"{name}.__init__" not in deciding}
    assert {name.split(".")[1] for name in left} <= set(others)


@pytest.mark.parametrize("stage", DECIDING)
def test_each_deciding_file_counts_by_its_code_and_not_by_its_docstring(stage):
    for path in deciding_files(stage):
        text = path.read_text()
        assert tree_digest(f'"""Another docstring."""\n{text.partition(END)[2]}') == tree_digest(text), path
        assert tree_digest(f"{text}\nADDED = 1\n") != tree_digest(text), path


@pytest.mark.parametrize(
    ("edited", "stages"),
    [
        ("data/cifar10.py", {"download"}),
        ("data/preprocess.py", {"normalise", "train"}),
        ("data/augment.py", {"train"}),
        ("nn/activations.py", {"train", "evaluate"}),
        ("optim/optimizers.py", {"train", "evaluate"}),
        ("training/trainer.py", {"train", "evaluate"}),
        ("stages/evaluate.py", {"evaluate"}),
        ("display/curves.py", {"plot"}),
        ("config/optim.py", set()),
        ("errors.py", set()),
        ("files.py", set()),
        ("tracking/store.py", set()),
    ],
)
def test_edit_changes_the_digests_of_its_stages_alone(tmp_path, monkeypatch, edited, stages):
    shutil.copytree(PACKAGE, tmp_path / "numlp", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code_digest, "PACKAGE", tmp_path / "numlp")
    before = {stage: stage_digest.__wrapped__(stage) for stage in DECIDING}
    with (tmp_path / "numlp" / edited).open("a") as file:
        file.write("\nADDED = 1\n")
    assert {stage for stage in DECIDING if stage_digest.__wrapped__(stage) != before[stage]} == stages


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
