"""Which settings a list of runs shows."""

from numlp.config.distinctions import find_distinctions


def run(**more: str) -> dict[str, str]:
    return {
        "norm": "none",
        "norm.placement": "none",
        "lam": "0.005",
        "seed": "0",
        "schedule": "cyclical",
        "schedule.eta_max": "0.1",
        **more,
    }


def test_what_the_names_tell_is_not_said_again():
    runs = [run(), run(norm="before", **{"norm.placement": "before"}), run(lam="1e-05", seed="3")]
    assert find_distinctions(["mlp3-none-lam0.005-s0", "mlp3-before-lam0.005-s0", "mlp3-none-lam1e-05-s3"], runs) == ({}, [{}, {}, {}])


def test_what_most_runs_have_is_said_once_and_the_others_own():
    runs = [run(), run(), run(**{"schedule.eta_max": "0.30000001"})]
    assert find_distinctions(["a", "b", "c"], runs) == ({"schedule.eta_max": "0.1"}, [{}, {}, {"schedule.eta_max": "0.3"}])


def test_where_no_value_is_usual_each_run_has_its_own():
    assert find_distinctions(["a", "b"], [run(), run(lam="0.1")]) == ({}, [{"lam": "0.005"}, {"lam": "0.1"}])


def test_values_below_a_group_are_said_only_where_runs_of_the_same_option_differ():
    constant = {key: value for key, value in run(schedule="constant").items() if key != "schedule.eta_max"}
    assert find_distinctions(["a", "b"], [run(), constant | {"schedule.eta": "0.01"}]) == (
        {},
        [{"schedule": "cyclical"}, {"schedule": "constant"}],
    )


def test_the_length_is_not_said_as_the_table_has_the_epochs():
    assert find_distinctions(["a", "b"], [run(**{"train.epochs": "1.0"}), run(**{"train.epochs": "None"})]) == ({}, [{}, {}])
