"""The command line on a terminal and in a pipe."""

import os
import pty
import subprocess
import sys

import pytest

from numlp.cli.commands import COMMANDS
from numlp.cli.init import lay_out
from numlp.cli.main import main

NUMLP = [sys.executable, "-m", "numlp"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A new project, as the current folder."""
    folder = tmp_path / "demo"
    lay_out(folder, "synthetic")
    monkeypatch.chdir(folder)
    return folder


def on_terminal(*arguments, **environment):
    """What `numlp arguments` writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **environment}
    process = subprocess.Popen([*NUMLP, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # how Linux tells that the other end is closed
        pass
    finally:
        os.close(ours)
    process.wait()
    return said.decode()


def test_help_names_every_command_and_ends_with_examples(capsys):
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in said] == []
    assert "\nexamples:\n" in said


def test_a_stage_s_help_lists_the_project_s_choices_and_marks_those_of_its_params(project, capsys):
    (project / "conf" / "model" / "mine.yaml").write_text("hidden: [7]\n")
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("norm: before", "norm: none"))
    assert main(["train", "model=mlp9", "--help"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert {"model= mine, mlp2, *mlp3, mlp9", "norm= after, before, *none"} < set(lines)
    assert any(line.startswith("+experiment= e01_three_layers, ") for line in lines)
    assert any(line.startswith("lam: 0.005") for line in lines)


def test_a_stage_s_help_is_there_outside_a_project_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "-h"]) == 0
    assert "this directory is no project" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "numlp "),
        (["tran"], 2, "did you mean train?"),
        (["init", "demo", "--no-such-flag"], 2, "--no-such-flag"),
        (["train", "model=mlp3"], 1, "numlp init DIR"),
    ],
    ids=["version", "no such command", "no such flag", "no project"],
)
def test_exit_codes(tmp_path, arguments, code, said):
    done = subprocess.run([*NUMLP, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr


def test_a_stage_tells_of_a_wrong_flag_in_a_line(capsys):
    assert main(["train", "lam=0.1", "--no-such-flag", "seed=1"]) == 2
    assert capsys.readouterr().err == "numlp train: error: unrecognized argument --no-such-flag (see numlp train --help)\n"


@pytest.mark.parametrize("arguments", [["train", "--help"], ["doctor"]], ids=["our print", "rich's table"])
def test_a_reader_that_leaves_early_is_no_error(tmp_path, arguments):
    """As in `numlp train --help | head -1`: the pipe closes, and nothing is said about it."""
    command = [sys.executable, "-c", f"import time, sys; time.sleep(0.2); from numlp.cli.main import main; sys.exit(main({arguments}))"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_colors_are_for_terminals_and_for_those_who_want_them(project, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    green = "\x1b[32m"
    assert green in on_terminal("doctor")
    assert green not in on_terminal("doctor", NO_COLOR="1")
    piped = subprocess.run([*NUMLP, "doctor"], capture_output=True, text=True, check=False).stdout
    assert "ok" in piped
    assert "\x1b" not in piped


@pytest.mark.parametrize("flag", [["--model", "{}"], ["--model={}"], ["--mod={}"], ["--mod", "{}"]], ids=" ".join)
@pytest.mark.parametrize("command", [["predict", "x.png"], ["export"]], ids=["predict", "export"])
def test_a_model_needs_no_project_in_any_form_of_its_flag(tmp_path, monkeypatch, capsys, command, flag):
    monkeypatch.chdir(tmp_path)
    assert main([*command, *(text.format("mine.npz") for text in flag)]) == 1
    assert "mine.npz" in capsys.readouterr().err
    assert main(command) == 1
    assert "no project" in capsys.readouterr().err


HOSTILE = {
    "a notebook's backend of matplotlib": {"MPLBACKEND": "module://no.such.backend"},
    "warnings as errors": {"PYTHONWARNINGS": "error"},
    "an ASCII terminal": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    "no docstrings": {"PYTHONOPTIMIZE": "2"},
    "odd widths": {"COLUMNS": "0", "TERM": ""},
    "odd thread counts": {"OMP_NUM_THREADS": "many", "OPENBLAS_NUM_THREADS": "0"},
    "no home": {"HOME": ""},
    "no temporary folder": {"TMPDIR": "/nonexistent"},
}


@pytest.mark.parametrize("environment", HOSTILE.values(), ids=HOSTILE)
def test_help_and_doctor_work_whatever_the_environment_says(tmp_path, environment):
    """The path has what a terminal of ASCII does not have, and a name that is no UTF-8."""
    folder = tmp_path / os.fsdecode("π ü '[*]#%?=\n".encode() + b"\xff")
    lay_out(folder, "synthetic")
    (folder / "sub").mkdir()
    for words, code in ((["show"], 1), (["train", "--help"], 0), (["train", "--cfg", "job"], 0)):
        done = subprocess.run([*NUMLP, *words], cwd=folder / "sub", env={**os.environ, **environment}, capture_output=True, check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr


def test_doctor_works_for_a_user_without_a_name_or_a_home(project, tmp_path):
    gone = "import pwd\ndef gone(*key): raise KeyError(key)\npwd.getpwuid = gone\n"
    (tmp_path / "sitecustomize.py").write_text(gone)
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "USER", "LOGNAME", "USERNAME", "LNAME")}
    done = subprocess.run([*NUMLP, "doctor"], env={**environment, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.stderr, "MLflow" in done.stdout) == ("", True)


@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "<&- >&-", ">/dev/full", "2>/dev/full"])
@pytest.mark.parametrize("words", ["--help", "train --help", "show"])
def test_a_closed_or_full_output_makes_no_traceback(project, tmp_path, redirection, words):
    errors = tmp_path / "errors"
    done = subprocess.run(["bash", "-c", f"exec 2>'{errors}'; {sys.executable} -m numlp {words} {redirection}"], check=False)
    assert done.returncode == int(words == "show" or redirection == ">/dev/full")
    assert len(errors.read_text().splitlines()) <= 1
