"""`numlp init` lays out a project that needs no checkout."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from numlp.cli.init import FILES
from numlp.config.compose import read_params

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_carries_the_files_of_a_project():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {name: f"numlp/project/{name}" for name in FILES}


def test_project_has_the_settings_of_the_checkout_and_depends_on_no_source(tmp_path, numlp):
    code, out, _ = numlp("init", str(tmp_path / "some" / "where"))
    assert (code, "numlp run" in out) == (0, True)
    assert read_params(tmp_path / "some" / "where") == read_params(ROOT)


@pytest.mark.parametrize("inside", [False, True], ids=["by name", "as the current folder"])
@pytest.mark.parametrize("git", [False, True], ids=["outside git", "in a git checkout"])
def test_project_in_an_empty_folder_uses_git_where_there_is_one(tmp_path, monkeypatch, numlp, inside, git):
    folder = tmp_path / "my project"
    folder.mkdir()
    if git:
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    monkeypatch.chdir(folder if inside else tmp_path)
    assert numlp("init", "." if inside else "my project")[0] == 0
    assert {path.name for path in folder.iterdir()} - {".git"} == {Path(name).parts[0] for name in FILES} | {"README.md"}
    assert (folder / ".dvc" / "config.local").exists() is not git


def test_failing_init_leaves_nothing(tmp_path, monkeypatch, numlp):
    def fail(*_args, **_kwargs):
        raise OSError("no space")

    monkeypatch.setattr("numlp.cli.init.shutil.copyfile", fail)
    assert numlp("init", str(tmp_path / "new"))[0] == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["new"]


@pytest.mark.parametrize("words", [["."], ["demo", "--data", "mnist"]], ids=["folder in use", "no such data"])
def test_refusal_leaves_the_folder_alone(tmp_path, monkeypatch, numlp, words):
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    code, _, err = numlp("init", *words)
    assert (code, err.count("\n")) == (1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
