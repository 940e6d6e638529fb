"""The command line on a terminal and in a pipe."""

import os
import subprocess
import sys

import pytest

from numlp.cli.commands import COMMANDS
from numlp.cli.init import lay_out

NUMLP = [sys.executable, "-m", "numlp"]


def test_help_names_every_command(numlp):
    code, out, _ = numlp("--help")
    assert code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []


def test_help_of_a_composed_command_lists_the_projects_settings(project, numlp):
    (project / "conf" / "model" / "mine.yaml").write_text("hidden: [7]\n")
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("norm: before", "norm: none"))
    code, out, _ = numlp("train", "model=mlp9", "--help")
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert code == 0
    assert {"model= mine, mlp2, *mlp3, mlp9", "norm= after, before, *none"} < lines
    assert params.read_text() in out


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["--version"], 0, "numlp "),
        (["tran"], 2, "train"),
        (["--no-such-flag"], 2, "--no-such-flag"),
        (["init", "demo", "--no-such-flag"], 2, "--no-such-flag"),
        (["train", "lam=0.1", "--multirnu", "seed=1"], 2, "--multirun"),
        (["train", "--cfg"], 2, "--cfg"),
        (["train", "-h"], 0, "no project"),
        (["train", "model=mlp3"], 1, "numlp init DIR"),
        (["export", "--mod", "mine.npz"], 1, "mine.npz"),
        (["predict", "x.png", "--model=mine.npz"], 1, "mine.npz"),
        (["predict", "x.png"], 1, "no project"),
    ],
)
def test_exit_codes_outside_a_project(tmp_path, monkeypatch, numlp, arguments, code, part):
    monkeypatch.chdir(tmp_path)
    ended, out, err = numlp(*arguments)
    assert (ended, part in out + err) == (code, True)
    assert code == 0 or (out == "" and err.count("\n") == 1)


def test_flags_may_stand_between_settings(project, numlp):
    code, out, _ = numlp("train", "lam=0.1", "--cfg", "job", "seed=7", "--package=train")
    assert (code, "lam" in out, "epochs:" in out) == (0, False, True)


def test_modules_beside_params_may_be_imported(project, numlp, monkeypatch):
    (project / "module_of_mine.py").write_text("SCALE = 2\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert numlp("train", "--cfg", "job")[0] == 0
    import module_of_mine

    assert module_of_mine.SCALE == 2


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["train", "--help"], ["doctor"]], ids=["our print", "rich's table"])
def test_reader_that_leaves_early_is_no_error(project, arguments):
    """The pipe closes, as in `numlp train --help | head -1`, and nothing is said about it."""
    command = [sys.executable, "-c", f"import time, sys; time.sleep(0.2); from numlp.cli.main import main; sys.exit(main({arguments}))"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.parametrize(("wish", "colored"), [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False), ({}, False)])
def test_colors_are_for_those_who_want_them(project, numlp, monkeypatch, wish, colored):
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in wish.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[32m" in numlp("doctor")[1]) is colored


HOSTILE = {
    "other programs' settings": {"MPLBACKEND": "module://no.such.backend", "PYTHONOPTIMIZE": "2"},
    "an odd terminal": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "COLUMNS": "0", "TERM": ""},
    "an odd machine": {"OMP_NUM_THREADS": "many", "OPENBLAS_NUM_THREADS": "0", "HOME": "", "TMPDIR": "/nonexistent"},
}


@pytest.mark.slow
@pytest.mark.parametrize("environment", HOSTILE.values(), ids=HOSTILE)
def test_commands_work_whatever_the_environment_says(tmp_path, environment):
    """The path has what a terminal of ASCII does not have, and a name that is no UTF-8."""
    folder = tmp_path / os.fsdecode("π ü '[*]#%?=\n".encode() + b"\xff")
    lay_out(folder, "synthetic")
    (folder / "sub").mkdir()
    for words, code in ((["show"], 1), (["train", "--help"], 0), (["train", "--cfg", "job"], 0)):
        done = subprocess.run([*NUMLP, *words], cwd=folder / "sub", env={**os.environ, **environment}, capture_output=True, check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr


@pytest.mark.slow
def test_doctor_works_for_a_user_without_a_name(project):
    (project / "sitecustomize.py").write_text("import pwd\ndef gone(*key): raise KeyError(key)\npwd.getpwuid = gone\n")
    environment = {key: value for key, value in os.environ.items() if key not in ("USER", "LOGNAME", "USERNAME", "LNAME")}
    done = subprocess.run([*NUMLP, "doctor"], env={**environment, "PYTHONPATH": str(project)}, capture_output=True, text=True, check=False)
    assert (done.stderr, "MLflow" in done.stdout) == ("", True)


@pytest.mark.slow
@pytest.mark.parametrize("redirection", [">/dev/full", "2>/dev/full"])
@pytest.mark.parametrize("words", ["--help", "show"])
def test_full_output_makes_no_traceback(project, tmp_path, redirection, words):
    errors = tmp_path / "errors"
    done = subprocess.run(["bash", "-c", f"exec 2>'{errors}'; {sys.executable} -m numlp {words} {redirection}"], check=False)
    assert done.returncode == int(words == "show" or redirection == ">/dev/full")
    assert len(errors.read_text().splitlines()) <= 1
