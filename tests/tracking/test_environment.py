"""Tags of the code, the libraries and the machine."""

import os
import subprocess

import pytest
from threadpoolctl import threadpool_limits

from numlp.tracking import About, environment_tags, find_abandoned, track


def git(folder, *arguments):
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "code.py").write_text("1\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    return tmp_path


def test_the_commit_is_named_and_clean(checkout):
    tags = environment_tags(checkout)
    assert (tags["git_commit"], tags["git_dirty"]) == (git(checkout, "rev-parse", "HEAD"), "false")


@pytest.mark.parametrize("name", ["code.py", "new.py"])
def test_a_changed_or_new_file_makes_it_dirty(checkout, name):
    (checkout / name).write_text("2\n")
    assert environment_tags(checkout)["git_dirty"] == "true"


def test_outside_a_checkout_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    tags = environment_tags(tmp_path)
    assert (tags["git_commit"], tags["git_dirty"]) == ("none", "none")


def test_without_git_there_is_no_commit(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert environment_tags(checkout)["git_commit"] == "none"


def test_blas_and_its_threads_are_named(tmp_path):
    with threadpool_limits(1, "blas"):
        tags = environment_tags(tmp_path)
    assert tags["blas_kernel"].isalnum()
    assert tags["blas"] != "none"
    assert tags["pid"] == str(os.getpid())
    assert all(tags.values())


def test_run_of_another_container_with_the_same_host_name_is_not_closed(project):
    """Its process is not to be seen here: that it has no process says nothing."""
    gone = {"pid": "4194999"}  # above the largest number that Linux gives
    elsewhere, here = About("elsewhere", {}, {**gone, "pid_namespace": "pid:[1]"}), About("here", {}, gone)
    with track(project, None, elsewhere), track(project, None, here):
        assert find_abandoned(project) == ["here"]
