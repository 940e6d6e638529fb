"""What MLflow's page of a sweep says of it."""

from numlp.runs.outcome import Outcome
from numlp.sweep.jobs import Job, Status
from numlp.sweep.summary import describe_sweep
from numlp.sweep.trials import group_by_trial


def job(trial, accuracy, seed="0"):
    outcome = None if accuracy is None else Outcome(accuracy, accuracy, 1.25, 0.5, 1.0, 1.0, 1.0, "", "")
    state = "failed" if outcome is None else "done"
    return Job(0, 0, trial, trial, {"init.sigma": f"0.{trial}", "norm": "none"}, seed, [], status=Status(state, outcome=outcome))


def test_it_has_the_question_the_best_first_and_the_command():
    trials = group_by_trial([job(0, 0.25), job(1, 0.5), job(1, 1.0, "1"), job(2, None)])
    question, counted, best, command = describe_sweep("grid; init.sigma one of 0, 1", trials, "val_accuracy", "numlp train x=1").split(
        "\n\n"
    )
    assert question == "Grid; init.sigma one of 0, 1."
    assert counted == "2 trials done; 1 failed, by val_accuracy:"
    assert best.splitlines() == [
        "1. `init.sigma=0.1 norm=none`: validation 75.00% ± 35.36, cost 1.2500 ± 0.0000, test 50.00% ± 0.00, 2 seeds",
        "2. `init.sigma=0.0 norm=none`: validation 25.00%, cost 1.2500, test 50.00%",
    ]
    assert command == "Train the best network alone: `numlp train x=1`"


def test_where_nothing_was_trained_it_says_so():
    assert (
        describe_sweep("grid; lam one of 1", group_by_trial([job(0, None)]), "val_cost", "")
        == "Grid; lam one of 1.\n\n0 trials done; 1 failed."
    )
