"""Each command of README and docs/ runs, and each diff applies and runs; a block that is not run, or needs a package, says so above it."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from budget import ROOT
from data import archives
from numlp.cli.commands import COMMANDS
from numlp.cli.init import lay_out

FENCE = re.compile(r"(?:<!-- (?P<mark>\w+): (?P<why>[^\n]+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ALL = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMED = "-lam0.005-s0"  # how the names of runs on CIFAR-10 end
SHORTER = (
    ("params.yaml", "cycles: 2 ", "cycles: 0.1 "),
    ("params.yaml", "data: cifar10 ", "data: synthetic "),
    ("params.yaml", "seed: 0\n", "seed: 0\nthen: [evaluate]\n"),  # drawing takes longer than training
    ("conf/defaults/reports.yaml", "train:\n", "train:\n  cycles: 0.1\n"),
    ("conf/search/*.yaml", r"trials: \d+", "trials: 4"),
)
QUIET = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


class Block(NamedTuple):
    """A fenced block, with the mark of the comment above it and what follows there: the reason, or the package that it needs."""

    mark: str | None
    why: str | None
    kind: str
    text: str


def blocks(page, *kinds):
    """A page's fenced blocks of these kinds."""
    return [block for block in (Block(*match.groups()) for match in FENCE.finditer(page.read_text())) if block.kind in kinds]


def diffs(page):
    return "".join(block.text for block in blocks(page, "diff"))


PAGES = [page for page in ALL if any(block.mark != "skip" for block in blocks(page, "bash"))]
CHANGED = [page for page in ALL if diffs(page)]


def name(page):
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """This environment's programs first, no setting of the user's, and the images made once for all pages."""
    away = ("CIFAR10_ARCHIVE", "CIFAR10_SHA256", "MLFLOW_TRACKING_URI")
    kept = {key: value for key, value in os.environ.items() if key not in away}
    data = tmp_path_factory.mktemp("data")
    yield {**kept, **QUIET, "NUMLP_DATA": str(data), "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])}
    shutil.rmtree(data)


@pytest.fixture
def small(tmp_path):
    """Make a project of a page: on few synthetic images, with runs that end after some updates, with pictures, in git."""
    folder = tmp_path / "project"

    def make(page):
        lay_out(folder)
        (folder / ".dvc/config.local").unlink(missing_ok=True)  # which says that there is no git
        if diffs(page):
            shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
            subprocess.run(["git", "apply", "-"], cwd=folder, input=diffs(page), text=True, check=True)
        for split in ("9k", "45k", "49k", *(["shares"] if page.name != "data.md" else [])):  # that page has few images itself
            (folder / f"conf/split/{split}.yaml").write_text("train: [0, 1000]\nval: [1000, 1200]\n")
        (folder / "conf/moments/precise.yaml").write_text("_target_: numlp.PreciseMoments\nimages: 1000\n")
        for pattern, old, new in SHORTER:
            for path in folder.glob(pattern):
                path.write_text(re.sub(old, new, path.read_text()))
        for picture, mode in (("picture.png", "RGBA"), ("photo.jpg", "RGB")):
            Image.new(mode, (50, 40), "orange").save(folder / picture)
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as laid out"]):
            subprocess.run(["git", *command], cwd=folder, env={**os.environ, **QUIET}, check=True)
        return folder

    yield make
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def archive(session_folder):
    """An archive in the official format: one's own data set."""
    return archives.whole(session_folder)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_the_page_runs(page, small, archive, tmp_path, environment):
    folder = small(page)
    (folder / "mine.tar.gz").symlink_to(archive)
    there = {**environment, "PYTHONPATH": str(folder / "src")} if diffs(page) else environment
    for block in blocks(page, "bash", "python"):
        if block.mark == "skip" or (block.mark == "needs" and find_spec(block.why) is None):
            continue
        text = block.text.replace(NAMED, f"-synthetic-cycles0.1{NAMED}")
        command = [sys.executable, "-c", text] if block.kind == "python" else ["bash", "-euo", "pipefail", "-c", text]
        where = tmp_path if block.mark == "run" else folder
        done = subprocess.run(command, cwd=where, env=there, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", CHANGED, ids=name)
def test_every_diff_of_the_page_applies_to_the_code(page):
    done = subprocess.run(["git", "apply", "--check", "-"], cwd=ROOT, input=diffs(page), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_commands_in_the_text_name_existing_commands_targets_and_files():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for page in ALL:
        for program, word, *others in (line.split() for line in re.findall(r"(?<!`)`((?:numlp|make|pytest) [^`\n]+)`", page.read_text())):
            if program == "numlp":
                assert word.startswith(("-", "...")) or word in {*COMMANDS, "COMMAND"}, (page, word)
            elif program == "make":
                assert word in targets or "=" in word or word.startswith(".venv/"), (page, word)
            else:
                files = [file for file in (word, *others) if file.startswith("tests/") and "{" not in file]
                assert [file for file in files if not (ROOT / file).exists()] == [], page
