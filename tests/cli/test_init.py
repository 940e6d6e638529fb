"""`numlp init` lays out a project that needs no checkout."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from numlp.cli.init import FILES, lay_out, use_package
from numlp.cli.main import main
from numlp.config.compose import read_choices, read_params
from numlp.config.local_choices import LOCAL, substitute
from numlp.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_carries_what_it_lays_out():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {name: f"numlp/project/{name}" for name in FILES}


def test_a_project_has_the_choices_of_the_checkout_and_none_of_its_modules(tmp_path, capsys):
    folder = tmp_path / "some" / "where"
    assert main(["init", str(folder)]) == 0
    assert "numlp run" in capsys.readouterr().out
    assert read_choices(folder) == read_params(ROOT)
    stages = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
    assert not any("src/" in dep for stage in stages.values() for dep in stage.get("deps", []))


def test_resolve_runs_each_time_instead_of_depending_on_the_source_and_the_other_stages_stay_as_they_are(tmp_path):
    text, path = (ROOT / "dvc.yaml").read_text(), tmp_path / "dvc.yaml"
    path.write_text(text)
    use_package(path)
    before, after = (yaml.safe_load(content)["stages"] for content in (text, path.read_text()))
    resolve = {**before["resolve"], "deps": ["params.yaml", "conf"], "always_changed": True}
    assert after == {**before, "resolve": resolve}


def test_the_data_set_is_written_to_params(tmp_path):
    lay_out(tmp_path / "demo", "synthetic")
    assert read_choices(tmp_path / "demo")[0]["data"] == "synthetic"


def test_what_the_checkout_s_machine_uses_stays_there_and_git_ignores_a_project_s_own(tmp_path, monkeypatch):
    (tmp_path / "checkout").mkdir()
    for name in FILES:
        target = tmp_path / "checkout" / name
        target.parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile)(ROOT / name, target)
    (tmp_path / "checkout" / LOCAL).write_text("data: {cifar10: synthetic}\n")
    monkeypatch.setattr("numlp.cli.init.template", lambda: tmp_path / "checkout")
    lay_out(tmp_path / "demo")
    assert read_choices(tmp_path / "demo")[0]["data"] == "cifar10"
    substitute(tmp_path / "demo", "data", "cifar10", "synthetic")
    assert read_choices(tmp_path / "demo")[0]["data"] == "synthetic"
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "demo")], check=True)
    assert subprocess.run(["git", "check-ignore", "--quiet", str(LOCAL)], cwd=tmp_path / "demo", check=False).returncode == 0


@pytest.mark.parametrize("before", ["nothing", "an empty folder", "a git checkout"])
@pytest.mark.parametrize("inside", [False, True], ids=["by name", "as the current folder"])
def test_a_project_in_a_new_or_an_empty_folder(tmp_path, monkeypatch, before, inside):
    folder = tmp_path / "my project"
    if before != "nothing" or inside:
        folder.mkdir()
    if before == "a git checkout":
        (folder / ".git").mkdir()
    monkeypatch.chdir(folder if inside else tmp_path)
    assert main(["init", "." if inside else "my project"]) == 0
    assert {path.name for path in folder.iterdir()} - {".git"} == {Path(name).parts[0] for name in FILES} | {"README.md"}


def test_an_init_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError("no space")

    monkeypatch.setattr("numlp.cli.init.use_package", fail)
    (tmp_path / "empty").mkdir()
    assert [main(["init", str(tmp_path / name)]) for name in ("empty", "new")] == [1, 1]
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["empty"]


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="numlp init: expected a new or an empty directory, got "):
        lay_out(tmp_path)
    with pytest.raises(UserError, match=re.escape("expected --data cifar10 or synthetic, got 'mnist'")):
        lay_out(tmp_path / "demo", "mnist")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("git", [False, True], ids=["outside git", "in a git checkout"])
def test_dvc_does_without_git_only_where_there_is_none(tmp_path, git):
    if git:
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    lay_out(tmp_path / "demo")
    assert (tmp_path / "demo" / ".dvc" / "config.local").exists() is not git


def test_a_readme_says_how_to_begin(tmp_path):
    lay_out(tmp_path / "demo")
    text = (tmp_path / "demo" / "README.md").read_text()
    assert "numlp run" in text
    assert "git init" in text
