"""What MLflow's page of a sweep says of it."""

from numlp.stages.member import Outcome
from numlp.sweep.jobs import Job, Status
from numlp.sweep.note import note
from numlp.sweep.trials import trials


def job(trial, accuracy):
    made = None if accuracy is None else Outcome(accuracy, accuracy, 1.25, 0.5, 1.0, 1.0, 1.0, "", "")
    state = "failed" if made is None else "done"
    return Job(0, 0, trial, trial, {"init.sigma": f"0.{trial}", "model.hidden": "[5|5]"}, "0", [], status=Status(state, outcome=made))


def test_it_has_the_question_the_best_first_and_the_command():
    said = note("grid; init.sigma one of 0, 1", trials([job(0, 0.25), job(1, 0.75), job(2, None)]), "val_accuracy", "numlp train x=1")
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert said.startswith("Grid; init.sigma one of 0, 1.\n\n2 trials done; 1 failed, judged by val_accuracy.\n")
    assert rows[0] == "|  | `init.sigma` | `model.hidden` | seeds | validation | cost | test |"
    assert rows[2:] == [
        "| 1 | `0.1` | `[5\\|5]` | 1 | 75.00% | 1.2500 | 50.00% |",
        "| 2 | `0.0` | `[5\\|5]` | 1 | 25.00% | 1.2500 | 50.00% |",
    ]
    assert said.endswith("The best one alone:\n\n```\nnumlp train x=1\n```")


def test_where_nothing_was_trained_it_says_so():
    assert (
        note("grid; lam one of 1", trials([job(0, None)]), "val_cost", "")
        == "Grid; lam one of 1.\n\n0 trials done; 1 failed, judged by val_cost."
    )
