"""Tags of the code, the libraries and the machine."""

import subprocess

from numlp.tracking.queries import find_abandoned
from numlp.tracking.run import environment_tags, track
from numlp.tracking.sending import About


def git(folder, *arguments):
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder):
    tags = environment_tags(folder)
    return tags["git_commit"], tags["git_dirty"]


def test_commit_is_named_and_a_new_or_changed_file_makes_it_dirty(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(tmp_path) == ("none", "none")
    (tmp_path / "code.py").write_text("1\n")
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "one"]):
        git(tmp_path, *arguments)
    head = git(tmp_path, "rev-parse", "HEAD")
    assert commit(tmp_path) == (head, "false")
    (tmp_path / "new.py").touch()
    assert commit(tmp_path) == (head, "true")
    (tmp_path / "new.py").unlink()
    (tmp_path / "code.py").write_text("2\n")
    assert commit(tmp_path) == (head, "true")
    monkeypatch.setenv("PATH", "")
    assert commit(tmp_path) == ("none", "none")


def test_run_of_another_container_with_the_same_host_name_is_not_closed(project):
    """Its process is not to be seen here: that it has no process says nothing."""
    gone = {"pid": "4194999"}  # above the largest number that Linux gives
    elsewhere, here = About("elsewhere", {}, {**gone, "pid_namespace": "pid:[1]"}), About("here", {}, gone)
    with track(project, None, elsewhere), track(project, None, here):
        assert find_abandoned(project) == ["here"]
