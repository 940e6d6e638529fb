"""What a machine decides is in conf/local.yaml: it replaces choices of params.yaml, which stays as it is."""

import re
import shutil

import pytest
import yaml

from numlp.cli.run import choose_data
from numlp.config.compose import read_choices
from numlp.config.local_choices import LOCAL, local_file, read_substitutes
from numlp.data.cifar10 import Unavailable
from numlp.errors import UserError

SUBSTITUTION = "data: {cifar10: synthetic}\n"
NOTICE = "conf/local.yaml: data=synthetic in place of cifar10, the setting of params.yaml; delete the file to undo this"


@pytest.fixture
def local(project):
    """Write conf/local.yaml."""
    return (project / LOCAL).write_text


def choose(project, data):
    params = project / "params.yaml"
    params.write_text(re.sub(r"^data: *\w+", f"data: {data}", params.read_text(), flags=re.MULTILINE))


def resolved(project):
    return yaml.safe_load((project / "build/resolved.yaml").read_text())["resolved"]["data"]["source"]["name"]


class TestComposing:
    def test_a_choice_of_params_is_replaced_and_the_line_says_by_what_and_the_way_back(self, project, local, numlp):
        local(SUBSTITUTION)
        assert numlp("resolve", "+stage=pipeline") == (0, f"resolve: {NOTICE}\n", "")
        assert resolved(project) == "synthetic"

    def test_a_choice_on_the_command_line_means_what_it_says(self, project, local, numlp):
        local(SUBSTITUTION)
        assert numlp("resolve", "+stage=pipeline", "data=cifar10")[0] == 0
        assert resolved(project) == "CIFAR-10"

    @pytest.mark.parametrize("content", ["optim: {adam: sgd}\n", "# nothing\n", "", "data:\n  synthetic: cifar10\n"])
    def test_what_params_does_not_choose_is_left_and_nothing_is_said(self, project, local, numlp, content):
        local(content)
        assert numlp("resolve", "+stage=pipeline") == (0, "", "")
        assert resolved(project) == "CIFAR-10"

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("data: [", "invalid YAML: "),
            ("\0", "invalid YAML: "),
            ("synthetic", "expected a mapping per config group: {option of params.yaml: option to use instead}, got 'synthetic'"),
            ("[data]", "expected a mapping per config group"),
            ("data: synthetic", "expected a mapping per config group"),
            ("dat: {cifar10: synthetic}", "expected config groups, which are directories of conf/, got 'dat'"),
            ("data: {cifar10: synthetik}", "expected an option of conf/data in place of cifar10, got 'synthetik'"),
            ("data: {cifar10: [1, 2]}", "expected an option of conf/data in place of cifar10, got [1, 2]"),
        ],
    )
    def test_a_file_that_is_not_as_it_should_be_is_one_line(self, local, numlp, content, told):
        local(content)
        code, _, err = numlp("resolve", "+stage=pipeline")
        assert code == 1
        assert err.startswith(f"error: conf/local.yaml: {told}")
        assert len(err.splitlines()) == 1

    def test_help_marks_what_params_chooses(self, local, numlp):
        local(SUBSTITUTION)
        assert "*cifar10, synthetic" in numlp("train", "--help")[1]

    @pytest.mark.parametrize("copy", ["tmpabc", "standalone/tmpabc"])
    def test_a_copy_of_dvc_s_reads_the_project_s_file_and_resolve_puts_it_there(self, project, local, numlp, monkeypatch, copy):
        """`dvc exp run --queue` and `--temp` copy what git knows."""
        folder = project / ".dvc/tmp/exps" / copy
        shutil.copytree(project / "conf", folder / "conf")
        shutil.copy(project / "params.yaml", folder)
        local(SUBSTITUTION)
        assert local_file(folder) == project / LOCAL
        assert read_choices(folder)[0]["data"] == "synthetic"
        monkeypatch.chdir(folder)
        assert numlp("resolve", "+stage=pipeline")[0] == 0
        assert (folder / LOCAL).read_text() == SUBSTITUTION


class TestRun:
    @pytest.fixture
    def asked(self, project, monkeypatch):
        """There is no CIFAR-10 until `asked` is told of one: how often it was looked for."""
        found = []

        def fetch(*_):
            found.append("asked")
            if "there" not in found:
                raise Unavailable("download failed: cifar-10\nset CIFAR10_ARCHIVE")

        monkeypatch.setattr("numlp.cli.run.find_archive", fetch)
        return found

    def test_without_cifar10_it_is_replaced_loudly_in_one_line_and_params_stays_as_it_is(self, project, asked, capsys):
        before = (project / "params.yaml").read_bytes()
        choose_data()
        out, err = capsys.readouterr()
        assert (out, err) == ("", f"*** NO CIFAR-10: RUNNING ON SYNTHETIC IMAGES. {NOTICE}. download failed: cifar-10\n")
        assert (project / "params.yaml").read_bytes() == before
        text = (project / LOCAL).read_text()
        assert yaml.safe_load(text) == {"data": {"cifar10": "synthetic"}}
        assert all(word in text for word in ("numlp run", "no CIFAR-10", "delete this file"))
        choose_data()
        assert (project / LOCAL).read_text() == text
        assert capsys.readouterr().err == err

    def test_once_there_is_cifar10_it_is_used_again_and_the_file_is_gone(self, project, asked, capsys):
        choose_data()
        asked.append("there")
        capsys.readouterr()
        choose_data()
        assert capsys.readouterr() == ("", "")
        assert not (project / LOCAL).exists()
        choose_data()
        assert not (project / LOCAL).exists()

    def test_the_user_s_own_entries_stay_and_are_told(self, project, local, asked, capsys):
        local("optim: {sgd: adam}\n")
        choose_data()
        assert read_substitutes(project) == {"optim": {"sgd": "adam"}, "data": {"cifar10": "synthetic"}}
        asked.append("there")
        capsys.readouterr()
        choose_data()
        assert read_substitutes(project) == {"optim": {"sgd": "adam"}}
        assert "optim=adam in place of sgd" in capsys.readouterr().out

    def test_another_data_set_in_place_of_cifar10_is_the_user_s_word_and_cifar10_is_not_looked_for(self, project, local, asked):
        shutil.copy(project / "conf/data/synthetic.yaml", project / "conf/data/mine.yaml")
        local("data: {cifar10: mine}\n")
        choose_data()
        assert (project / LOCAL).read_text() == "data: {cifar10: mine}\n"
        assert asked == []

    @pytest.mark.parametrize("data", ["synthetic", "mine"])
    def test_where_params_chooses_another_data_set_nothing_is_written_nor_looked_for(self, project, asked, data):
        choose(project, data)
        choose_data()
        assert asked == []
        assert not (project / LOCAL).exists()

    def test_an_archive_of_another_sum_is_an_error_and_nothing_is_written(self, project, monkeypatch):
        (project / "mine").write_bytes(b"")
        monkeypatch.setenv("CIFAR10_ARCHIVE", "mine")
        with pytest.raises(UserError, match="expected SHA-256 checksum"):
            choose_data()
        assert not (project / LOCAL).exists()

    def test_a_folder_that_cannot_be_written_is_one_line(self, asked, numlp, monkeypatch):
        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("numlp.config.local_choices.write_text", refuse)
        told = "error: conf/local.yaml: Permission denied; make the file and its directory writable\n"
        assert numlp("run") == (1, "", told)
