"""What a sweep finds done: by an earlier sweep, by another at the same time, or by a job that is begun twice."""

import shutil
from pathlib import Path

import pytest

from numlp.sweep.worker import Perform
from numlp.tracking import connect, run_files
from numlp.training.trainer import Trainer
from sweeps import MULTI, SHORT, newest_sweep, table

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together


def test_what_was_made_is_made_no_more_whatever_sweep_asks_for_it(ready, numlp, counted):
    assert numlp(*MULTI, "lam=0.1,0.2")[0] == 0
    first = newest_sweep(ready)[0].info.run_id
    assert numlp(*MULTI, "lam=0.1,0.2")[0] == 0
    parent, members = newest_sweep(ready)
    assert (parent.info.run_id, len(members), counted) == (first, 2, [0.1, 0.2])  # the same command: the same sweep
    code, out, _ = numlp(*MULTI, "lam=0.2,0.3")
    assert code == 0
    assert "(cached)" in next(line for line in out.splitlines() if "lam=0.2" in line)
    assert counted == [0.1, 0.2, 0.3]
    parent, members = newest_sweep(ready)
    assert parent.info.run_id != first
    assert sorted((run.data.tags["group"], run.data.tags.get("kept")) for run in members) == [("lam=0.2", "true"), ("lam=0.3", None)]
    assert all("final/test_accuracy" in run.data.metrics for run in members)
    assert numlp(*MULTI, "lam=0.2", "sweep.rerun=true")[0] == 0
    assert counted == [0.1, 0.2, 0.3, 0.2]


def test_a_sweep_under_another_blas_kernel_trains_again(ready, numlp, counted, monkeypatch):
    for kernel in ("One", "Two", "One"):
        monkeypatch.setattr("numlp.runs.identity.library", lambda kernel=kernel: ("openblas", kernel))
        code, _, err = numlp(*MULTI, "lam=0.1")
        assert code == 0, err
    assert counted == [0.1, 0.1]  # the third sweep takes the first one's result


def test_a_node_with_another_blas_kernel_keeps_its_result_under_that_kernel(ready, numlp, counted, monkeypatch):
    """The sweep's own process names jobs by its kernel; the job, which a cluster may run on another CPU, by the node's."""
    kernel, task = ["Head"], Perform.__call__

    def on_node(*arguments):
        kernel[0] = "Node"
        try:
            task(*arguments)
        finally:
            kernel[0] = "Head"

    monkeypatch.setattr("numlp.runs.identity.library", lambda: ("openblas", kernel[0]))
    monkeypatch.setattr(Perform, "__call__", on_node)
    assert numlp(*MULTI, "lam=0.1")[0] == 0
    code = numlp(*MULTI, "lam=0.1")[0]
    assert (code, counted) == (0, [0.1])  # the node finds its own result
    monkeypatch.setattr(Perform, "__call__", task)
    assert numlp(*MULTI, "lam=0.1")[0] == 0
    assert counted == [0.1, 0.1]  # which is none of the head's kernel


def test_a_run_by_name_is_the_one_that_has_files_not_what_a_later_sweep_shows_of_it(ready, numlp):
    code, out, err = numlp(*MULTI, "lam=0.1,0.2")
    assert code == 0, err
    names = [f"mlp2-before-he-first100-synthetic-inputs48-batchsize50-epochs2-lam{lam}-s0" for lam in ("0.1", "0.2")]
    assert {row["run"] for row in table(ready)} == set(names)
    assert all(name in out for name in names)
    folders = sorted(map(str, ready.glob("multirun/*/*/[01]")))
    command = f"numlp compare {' '.join(str(Path(folder).relative_to(ready)) for folder in folders)}"
    assert command in out
    assert numlp(*command.split()[1:])[0] == 0
    assert newest_sweep(ready)[0].info.run_name == "lam, 2 trials"
    assert numlp(*MULTI, "lam=0.2,0.1")[0] == 0
    assert {run.data.tags.get("kept") for run in newest_sweep(ready)[1]} == {"true"}
    code, out, err = numlp("compare", *names)
    assert (code, err) == (0, "")
    client, experiment = connect(ready)
    for run in client.search_runs([experiment]):
        if run.data.tags.get("kept") is None:
            client.delete_run(run.info.run_id)
    assert numlp("compare", names[0], folders[1])[0] == 0  # the kept one has brought the files


@pytest.fixture
def kept(ready, numlp, empty_store):
    """The id of a job that a sweep found done, in a store that was lost and is new."""
    assert numlp(*MULTI, "lam=0.2")[0] == 0
    shutil.rmtree(ready / "mlruns")
    (ready / "mlruns").mkdir()
    shutil.copy(empty_store, ready / "mlruns")

    def again():
        code, out, err = numlp(*MULTI, "lam=0.2,0.3")
        assert (code, "(cached)" in out) == (0, True), err
        _, members = newest_sweep(ready)
        return next(run.info.run_id for run in members if "kept" in run.data.tags)

    return again


def test_a_kept_job_brings_its_files_to_a_new_store(ready, numlp, kept):
    run_id = kept()
    made, other = sorted(ready.glob("multirun/*/*/0"))
    for name in ("config.json", "history.csv", "model.npz"):
        assert (run_files(ready, run_id) / name).read_bytes() == (made / name).read_bytes()
    code, _, err = numlp("compare", run_id, str(other))
    assert code == 0, err


def test_a_kept_job_whose_folder_is_gone_or_another_run_s_has_no_files_and_compare_says_what_makes_them(ready, numlp, kept):
    (made,) = ready.glob("multirun/*/*/0")
    assert numlp("train", *SHORT, "lam=0.4", f"hydra.run.dir={made.relative_to(ready)}")[0] == 0
    run_id = kept()
    code, _, err = numlp("compare", run_id, str(made))
    assert (code, err.count("\n")) == (1, 1)
    assert f"{run_id}: an earlier sweep trained this run, and MLflow does not have its files" in err
    assert "sweep.rerun=true" in err


def test_dry_run_lists_jobs_and_trains_nothing(ready, numlp, counted):
    assert numlp(*MULTI, "lam=0.1")[0] == 0
    code, out, err = numlp(*MULTI, "lam=0.1,0.2,-1", "sweep.dry_run=true")
    assert code == 0, err
    assert [line.partition(": ")[2].partition(":")[0] for line in out.splitlines()[1:4]] == ["cached", "to run", "would fail"]
    assert "1 jobs to run, 1 cached, 1 would fail" in out
    assert counted == [0.1]
    assert len(newest_sweep(ready)[1]) == 1
    assert len(list(ready.glob("multirun/*/*"))) == 1  # a dry run leaves no folder


PRECISE = ["moments=precise", "moments.images=100"]


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        (["schedule=cosine", "train.epochs=1.04"], "1 jobs to run"),  # a warm-up of one epoch
        (["schedule=cosine", "train.epochs=1"], "1 would fail"),
        (["schedule=one_cycle", "train.epochs=0.2"], "1 jobs to run"),
        (["schedule=one_cycle", "train.epochs=0.04"], "1 would fail"),
        (["average=0.9", "train.epochs=0.5", *PRECISE], "1 jobs to run"),
        (["average=0.9", "train.epochs=0.2", *PRECISE], "1 would fail"),
        (["train.batch_size=100"], "1 jobs to run"),
        (["train.batch_size=101"], "1 would fail"),
        (["moments=precise", "moments.images=101"], "1 would fail"),
        (["moments=adaptive"], "1 would fail"),  # it needs whole images
    ],
    ids=str,
)
def test_dry_run_and_training_take_the_same_settings(ready, numlp, settings, verdict):
    settings = ["train.batch_size=4", *settings]
    code, out, err = numlp(*MULTI, "lam=0.1", *settings, "sweep.dry_run=true")
    assert (code, verdict in out) == (0, True), err
    code, _, err = numlp("train", *SHORT, "lam=0.1", *settings)
    assert (code == 1) is ("fail" in verdict), err


@pytest.mark.parametrize("rerun", [False, True])
def test_a_job_that_is_done_elsewhere_while_it_waits_is_taken_unless_it_is_to_be_made_again(ready, numlp, counted, monkeypatch, rerun):
    """As when another sweep makes it, or when Ray begins it again whose node was lost after the record was written."""
    assert numlp(*MULTI, "lam=0.2")[0] == 0
    (record,) = ready.glob("build/runs/*.json")
    away = record.rename(ready / "away.json")
    begin = Trainer.records

    def records(*arguments):
        if away.exists():  # while the first job trains, the second one's record comes
            away.rename(record)
        return begin(*arguments)

    monkeypatch.setattr(Trainer, "records", records)
    code, out, err = numlp(*MULTI, "lam=0.3,0.2", f"sweep.rerun={str(rerun).lower()}")
    assert code == 0, err
    assert counted == ([0.2, 0.3, 0.2] if rerun else [0.2, 0.3])
    assert ("(cached)" in next(line for line in out.splitlines() if "lam=0.2" in line)) is not rerun
    _, members = newest_sweep(ready)
    assert sorted(run.data.tags["group"] for run in members) == ["lam=0.2", "lam=0.3"]
    assert all("final/test_accuracy" in run.data.metrics for run in members)


def test_of_draws_that_are_the_same_one_is_made(ready, numlp, counted):
    code, _, err = numlp(*MULTI, "lam=0.1,0.2", "search.sampler=random", "search.trials=5", "sweep.rerun=true")
    assert code == 0, err
    assert sorted(counted) == [0.1, 0.2]
    rows = table(ready)
    assert [row["state"] for row in rows] == ["done"] * 5
    assert len({(row["lam"], row["val_cost"]) for row in rows}) == 2
    assert len(newest_sweep(ready)[1]) == 2


def test_a_final_training_that_cannot_be_is_told_before_any_job(ready, numlp, counted):
    final = ["search.final=true", "search.final_with=['splitt=49k']"]
    code, _, err = numlp(*MULTI, "lam=0.1,0.2", *final)
    assert (code, counted) == (1, [])
    assert "unknown key 'splitt'; did you mean split?" in err


@pytest.mark.parametrize("name", ["lambda_coarse_to_fine", "eta_lambda", "architecture"])
def test_a_search_at_hand_tunes_the_network_of_params_and_says_so(ready, numlp, name):
    text = (ready / "params.yaml").read_text()
    changes = ("model: mlp3", "model: mlp2"), ("norm: before", "norm: after"), ("optim: sgd", "optim: adam"), ("cifar10 ", "synthetic ")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (ready / "params.yaml").write_text(text)
    code, out, err = numlp("train", f"+search={name}", "search.rounds=[{sampler:random,trials:2}]", "sweep.dry_run=true")
    assert code == 0, err
    first = out.splitlines()[0]
    assert first.startswith("network: ")
    shared = {"batch norm after ReLU", "adam", *([] if name == "architecture" else ["hidden 50", "he"])}
    assert shared < set(first.removeprefix("network: ").split(", "))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "known", "later"), [("lambda_coarse_to_fine", 10, 20), ("eta_lambda", 2, 38), ("architecture", 32, 32)])
def test_the_searches_at_hand_say_what_they_would_make(ready, numlp, counted, name, known, later):
    code, out, err = numlp("train", f"+search={name}", "data=synthetic", "hydra.launcher.n_jobs=2", "sweep.dry_run=true")
    assert (code, counted) == (0, []), err
    assert f"{known} jobs to run, 0 cached, 0 would fail, {later} more follow from these" in out
