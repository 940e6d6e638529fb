"""Values inside a group, below `set` in params.yaml: where DVC's -S can write them."""

import pytest
import yaml


@pytest.fixture
def params(project):
    """Write params.yaml with other values."""

    def write(**values):
        content = yaml.safe_load((project / "params.yaml").read_text())
        (project / "params.yaml").write_text(yaml.safe_dump({**content, **values}))

    return write


@pytest.fixture
def composed(project, numlp):
    """The settings of a command."""

    def compose(*overrides):
        code, out, err = numlp("train", "--cfg", "job", *overrides)
        assert code == 0, err
        return yaml.safe_load(out)

    return compose


def test_they_hold_over_the_chosen_files_and_below_the_command_line_and_not_in_experiments(params, composed):
    report = composed("+experiment=e16_final_model")
    params(set={"model": {"hidden": [20]}, "schedule": {"eta_max": 0.05}})
    assert composed("model=mlp9")["model"]["hidden"] == [20]
    assert composed()["schedule"] == {**composed("set=none")["schedule"], "eta_max": 0.05}
    assert composed("model.hidden=[30]")["model"]["hidden"] == [30]
    assert composed("+experiment=e16_final_model") == report


def test_values_of_a_part_are_for_the_file_that_params_name(params, composed):
    params(data="npz", set={"data": {"path": "my.npz"}, "model": {"hidden": [20]}})
    assert composed()["data"]["path"] == "my.npz"
    other = composed("data=synthetic")
    assert "path" not in other["data"]
    assert other["model"]["hidden"] == [20]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": {"hidden": [20]}}, ("params.yaml", "conf/model")),
        ({"set": {"model.hidden": [20]}}, ("params.yaml", "set: {model: {hidden: [20]}}")),
        ({"set": ["model.hidden=[20]"]}, ("params.yaml", "set")),
        ({"set": {"model": {"hiden": [20]}}}, ("hiden", "hidden")),
        ({"set": {"optim": {"roh": 0.5}}}, ("'roh'",)),
    ],
)
def test_misplaced_value_is_refused_in_a_line(params, numlp, values, words):
    params(**values)
    code, _, err = numlp("resolve", "+stage=pipeline")
    assert (code, err.count("\n")) == (1, 1)
    assert all(word in err for word in words), err
