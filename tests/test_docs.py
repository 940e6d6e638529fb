"""Every command on every page of docs/ runs, and every diff applies: a block that is not run, or needs a package, says so above it."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from numlp.stages.init import lay_out

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"(?:<!-- (?P<mark>\w+): (?P<why>[^\n]+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = ("bash", "sh", "shell", "console")


def blocks(page, *kinds):
    """Mark, its reason and text of a page's fenced blocks of these kinds."""
    return [(match["mark"], match["why"], match["text"]) for match in FENCE.finditer(page.read_text()) if match["kind"] in kinds]


PAGES = [page for page in sorted(DOCS.rglob("*.md")) if any(mark != "skip" for mark, _, _ in blocks(page, "bash"))]
CHANGED = [page for page in sorted(DOCS.rglob("*.md")) if any("diff --git" in text for _, _, text in blocks(page, "diff"))]


def name(page):
    return str(page.relative_to(DOCS))


@pytest.fixture(scope="module")
def programs():
    """An environment with this one's programs first, and no choice of the user's."""
    away = ("CIFAR10_ARCHIVE", "CIFAR10_SHA256", "MLFLOW_TRACKING_URI")
    kept = {key: value for key, value in os.environ.items() if key not in away}
    return {**kept, "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])}


@pytest.fixture
def small(tmp_path):
    """A project on few synthetic images, whose runs, those of experiments too, end after some updates."""
    folder = tmp_path / "project"
    lay_out(folder, "synthetic")
    for split in ("9k", "45k", "49k"):
        (folder / f"conf/split/{split}.yaml").write_text("train: [0, 1000]\nval: [1000, 1200]\n")
    for search in (folder / "conf/search").glob("*.yaml"):
        search.write_text(re.sub(r"trials: \d+", "trials: 4", search.read_text()))
    (folder / "conf/moments/precise.yaml").write_text("name: precise\nimages: 1000\n")
    params, usual = folder / "params.yaml", folder / "conf/defaults/reports.yaml"
    params.write_text(params.read_text().replace("cycles: 2 ", "cycles: 0.1 "))
    usual.write_text(usual.read_text().replace("cycles: 2\n", "cycles: 0.1\n"))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_the_page_runs(page, small, tmp_path, programs):
    for mark, why, text in blocks(page, "bash"):
        if mark != "skip" and not (mark == "needs" and find_spec(why) is None):
            folder = tmp_path if mark == "run" else small
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=programs, capture_output=True, text=True, timeout=300, check=False
            )
            assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", CHANGED, ids=name)
def test_every_diff_of_the_page_applies_to_the_code(page):
    """A diff to follow must be one that can be followed."""
    for _, _, text in blocks(page, "diff"):
        done = subprocess.run(["git", "apply", "--check", "-"], cwd=ROOT, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=name)
def test_commands_stand_in_blocks_that_the_test_runs(page):
    """Shell code is marked bash, is such that a shell can read it, and what is not run says why."""
    assert blocks(page, *SHELLS[1:]) == []
    assert {mark for mark, _, _ in blocks(page, "bash")} <= {None, "run", "skip", "needs"}
    text = "\n".join(text for _, _, text in blocks(page, "bash"))
    read = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="needs MkDocs: pip install -c constraints.txt -e '.[docs]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
