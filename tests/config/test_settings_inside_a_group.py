"""Values inside a group, below `set` in params.yaml: where DVC's -S can write them."""

import pytest
import yaml

LINE = "error: params.yaml: expected "


@pytest.fixture
def params(project):
    """Write params.yaml with other values."""

    def write(**values):
        content = yaml.safe_load((project / "params.yaml").read_text())
        (project / "params.yaml").write_text(yaml.safe_dump({**content, **values}))

    return write


@pytest.fixture
def composed(project, numlp):
    """What a command's settings are."""

    def ask(*overrides):
        code, out, err = numlp("train", "--cfg", "job", *overrides)
        assert code == 0, err
        return yaml.safe_load(out)

    return ask


def test_they_hold_over_the_chosen_files_and_the_command_line_over_them(params, composed):
    params(set={"model": {"hidden": [20]}, "schedule": {"eta_max": 0.05}})
    assert composed()["model"]["hidden"] == [20]
    assert composed("model=mlp9")["model"]["hidden"] == [20]
    assert composed()["schedule"] == {**composed("set=none")["schedule"], "eta_max": 0.05}
    assert composed("model.hidden=[30]")["model"]["hidden"] == [30]
    assert composed("set=none")["model"]["hidden"] == [50, 50]


def test_an_experiment_of_the_reports_leaves_them_out(params, composed):
    without = composed("+experiment=e16_final_model")
    params(set={"model": {"hidden": [20]}, "moments": {"alpha": 0.5}})
    assert composed("+experiment=e16_final_model") == without


def test_they_are_no_group_of_the_run_s_and_help_shows_them_as_values(params, numlp, project):
    params(set={"model": {"hidden": [20]}})
    out = numlp("train", "--help")[1]
    assert "set=" not in out.split("\nparams.yaml:")[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model": {"hidden": [20]}}, "the name of a file of conf/model for model"),
        ({"set": {"model.hidden": [20]}}, "values by config group below set, such as set: {model: {hidden: [20]}}"),
        ({"set": ["model.hidden=[20]"]}, "values by config group below set"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_where_values_go(params, numlp, values, said):
    params(**values)
    code, _, err = numlp("train", "--cfg", "job")
    assert code == 1
    assert err.startswith(LINE + said)
    assert len(err.splitlines()) == 1


def test_a_key_that_is_not_there_is_said_with_the_nearest(params, numlp):
    params(set={"model": {"hiden": [20]}})
    code, _, err = numlp("train", "--cfg", "job")
    assert code == 1
    assert "hiden" in err
    assert len(err.splitlines()) == 1
