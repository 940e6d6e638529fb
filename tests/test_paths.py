"""The folder in which a command works: the project's, from wherever below it the user stands; nowhere else."""

from pathlib import Path

import pytest
from PIL import Image

from numlp.cli.commands import COMMANDS
from numlp.cli.init import lay_out
from numlp.cli.main import main
from numlp.inference.model_file import save_model
from numlp.paths import from_user
from trained import random_model

OPERANDS = {"predict": ["x.png"], "compare": ["one", "two"], "health": ["one"], "log": ["one"]}


def test_outside_a_project_a_command_has_help_and_is_otherwise_one_line_and_makes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        assert main([command, "--help"]) == 0
        assert f"usage: numlp {command} " in capsys.readouterr().out
        if COMMANDS[command].needs != "nothing":
            assert main([command, *OPERANDS.get(command, [])]) == 1
            err = capsys.readouterr().err
            assert (err.startswith(f"error: no project in {tmp_path}"), err.count("\n")) == (True, 1), command
    assert list(tmp_path.iterdir()) == []


def test_below_a_project_a_command_works_in_it_and_says_so(project, monkeypatch, capsys):
    folder = project / "notes" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert main(["resolve", "+stage=pipeline"]) == 0
    assert str(project) in capsys.readouterr().err
    assert (project / "build" / "resolved.yaml").exists()
    assert list(folder.iterdir()) == []
    assert Path.cwd() == folder


def test_files_that_are_named_count_from_where_the_user_is(project, monkeypatch, capsys, rng):
    folder = project / "notes"
    folder.mkdir()
    save_model(folder / "mine.npz", random_model(rng))
    Image.new("RGB", (32, 32)).save(folder / "red.png")
    monkeypatch.chdir(folder)
    assert main(["predict", "--model", "mine.npz", "red.png"]) == 0
    assert "red.png" in capsys.readouterr().out
    assert main(["export", "--model", "mine.npz", "--output", "../mine.onnx"]) == 0
    assert (project / "mine.onnx").exists()
    assert from_user("x") == Path("x")  # outside a command the current folder's


@pytest.mark.parametrize(("name", "words"), [("a{b}", ["run"]), ("a${b}", ["train", "--cfg", "job"]), ("a${b}", ["run"])])
def test_path_that_dvc_or_hydra_cannot_read_is_named_in_a_line(tmp_path, monkeypatch, capsys, name, words):
    lay_out(tmp_path / name, "synthetic")
    monkeypatch.chdir(tmp_path / name)
    assert main(words) == 1
    err = capsys.readouterr().err
    assert (str(tmp_path / name) in err, err.count("\n")) == (True, 1)
    assert not (tmp_path / name / "build").exists()
