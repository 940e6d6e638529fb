"""`numlp train -m`: what it trains, finds, lists and refuses; all in this process, except where workers matter."""

import csv
import re

import pytest
from hydra import compose, initialize_config_dir

from numlp.config.compose import store_primary
from numlp.results.outcome import load_outcome
from numlp.tracking.queries import run_files
from numlp.tracking.store import connect
from numlp.training.trainer import Trainer
from sweeps import MULTI, SHORT, job_lines, newest_sweep, table


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        (["hydra.sweeper.sampler=best"], "hydra.sweeper.sampler"),
        (["hydra.sweeper.objective=test_accuracy"], "hydra.sweeper.objective"),
        (["hydra.sweeper.prune=true", "seed=0,1"], "hydra.sweeper.prune"),
        (["hydra.sweeper.rerum=true"], "did you mean hydra.sweeper.rerun"),
        (["sweep.dry_run=true"], "below hydra.sweeper"),
        (["search.sampler=tpe"], "below hydra.sweeper"),
        (["lam=interval(2,1)"], "lam"),
        (["lam=interval(0,1)", "hydra.sweeper.rounds=[{},{}]"], "lam"),
        (["hydra.sweeper.rounds=[{trial:3}]"], "'trial'"),
        (["hydra.launcher.n_jobs=0"], "hydra.launcher.n_jobs"),
        (["seed=0,1", "hydra.sweep.subdir=lam_${lam}"], "hydra.sweep.subdir"),
        (["norm=none,befor"], "did you mean before?"),
        (["+experiment=e01_three_layers,e02_nine_layers"], "one after another"),
        (["+search=eta_lambda,architecture"], "one after another"),
    ],
    ids=str,
)
def test_mistake_is_one_line_before_any_work(project, numlp, settings, where):
    code, _, err = numlp("train", "-m", "lam=0.1,0.2", *settings)
    assert code == 1
    assert where in err
    assert len(err.splitlines()) <= 2
    assert not any((project / name).exists() for name in ("build", "multirun"))


@pytest.mark.parametrize(("launcher", "key", "expected"), [("cores", "n_jobs", 4), ("slurm", "cpus_per_task", 2)])
def test_launcher_gives_each_job_its_threads(project, monkeypatch, launcher, key, expected):
    pytest.importorskip("submitit" if launcher == "slurm" else "joblib")
    monkeypatch.setattr("numlp.config.compose.cores", lambda: 8)
    store_primary(project, "train")
    with initialize_config_dir(str(project / "conf"), version_base="1.3"):
        assert (
            compose("params", [f"hydra/launcher={launcher}", "train.threads=2"], return_hydra_config=True).hydra.launcher[key] == expected
        )


def test_sweep_without_images_ends_before_any_job(project, numlp):
    nowhere = ["data=cifar10", "data.urls=[http://127.0.0.1:9/archive.tar.gz]"]
    code, _, err = numlp("train", "-m", "lam=0.1,0.2", *nowhere, "hydra.sweeper.dry_run=true")
    assert (code, err.count("CIFAR10_ARCHIVE=PATH")) == (1, 1)


def test_failed_jobs_have_their_own_errors_and_the_others_results(ready, numlp, counted):
    code, out, err = numlp(*MULTI, "lam=0.1,-1,2,0.2")
    assert code == 1
    assert "2 of 4 jobs failed" in err
    assert "lam: expected" in job_lines(out)[1]
    assert "no luck" in job_lines(out)[2]
    assert [line.split()[0] for line in job_lines(out)] == ["1/4", "2/4", "3/4", "4/4"]
    assert [row["state"] for row in table(ready)] == ["done", "failed", "failed", "done"]
    assert any("no luck" in log.read_text() for log in ready.glob("multirun/*/*/2/log.txt"))
    parent, members = newest_sweep(ready)
    assert parent.info.status == "FAILED"
    assert sorted(run.info.status for run in members) == ["FAILED", "FINISHED", "FINISHED"]


def test_seeds_are_one_trial_with_mean_and_deviation(ready, numlp):
    code, _, err = numlp(*MULTI, "model.inputs=3072", "lam=0.1,0.2", "seed=0,1")
    assert code == 0, err
    assert [row["seeds"] for row in table(ready)] == ["2", "2"]
    parent, members = newest_sweep(ready)
    means = [run for run in members if "mean/val_accuracy" in run.data.metrics]
    assert sorted(run.data.tags["group"] for run in means) == ["lam=0.1", "lam=0.2"]
    for mean in means:
        seeds = [run for run in members if run not in means and run.data.tags["group"] == mean.data.tags["group"]]
        a, b = (run.data.metrics["final/val_accuracy"] for run in seeds)
        assert mean.data.metrics["mean/val_accuracy"] == pytest.approx((a + b) / 2)
        assert mean.data.metrics["sd/val_accuracy"] == pytest.approx(abs(a - b) / 2**0.5)
        assert mean.data.params["seed"] == "varies"
    best = max(means, key=lambda run: run.data.metrics["mean/val_accuracy"])
    assert parent.data.tags["best"] == best.data.tags["group"]
    assert parent.data.metrics["final/test_accuracy"] == best.data.metrics["final/test_accuracy"]
    assert (parent.data.params["lam"], parent.data.params["train.epochs"]) == ("varies", "2.0")


def test_search_narrows_by_rounds_and_its_command_trains_the_best_alone(ready, numlp):
    rounds = "hydra.sweeper.rounds=[{sampler:qmc,trials:3},{sampler:grid,trials:2,best:1,margin:0.2}]"
    code, out, err = numlp(*MULTI, "lam=tag(log,interval(1e-4,1))", rounds)
    assert code == 0, err
    rows = table(ready)
    assert [row["round"] for row in rows] == ["1", "1", "1", "2", "2"]
    best = float(max(rows[:3], key=lambda row: float(row["val_accuracy"]))["lam"])
    assert [float(row["lam"]) for row in rows[3:]] == pytest.approx([max(best / 10**0.2, 1e-4), min(best * 10**0.2, 1)])
    parent, _ = newest_sweep(ready)
    command = parent.data.tags["best_command"]
    assert command in out
    code, _, err = numlp(*command.replace("'", "").split()[1:], "hydra.run.dir=outputs/best")
    assert code == 0, err
    chosen = max(rows, key=lambda row: float(row["val_accuracy"]))
    with (ready / "outputs/best/history.csv").open(newline="") as file:
        assert list(csv.DictReader(file))[-1]["val_accuracy"] == chosen["val_accuracy"]
    client, _ = connect(ready, "numlp")
    assert {"trials.csv", "curves.png", "rounds.png"} <= {item.path.split("/")[-1] for item in client.list_artifacts(parent.info.run_id)}


def test_round_that_repeats_trials_is_counted_and_compared_once(ready, numlp):
    rounds = "hydra.sweeper.rounds=[{sampler:grid,trials:1},{sampler:grid,trials:1,best:1}]"
    code, out, err = numlp(*MULTI, "lam=0.1,0.2", rounds)
    assert code == 0, err
    assert [line.split()[0] for line in job_lines(out)][-1] == "3/3"
    folders = re.findall(r"multirun/\S+/\d", out.partition("numlp compare")[2].partition("\n")[0])
    assert len(folders) == len(set(folders)) == 2


def test_two_intervals_have_a_contour(ready, numlp):
    keys = ["lam=tag(log,interval(1e-4,1))", "moments.alpha=interval(0.5,0.9)", "hydra.sweeper.sampler=qmc", "hydra.sweeper.trials=4"]
    assert numlp(*MULTI, *keys)[0] == 0
    assert {path.name for path in ready.glob("multirun/*/*/*.png")} == {"rounds.png", "contour.png", "curves.png"}


@pytest.mark.slow
def test_pruned_trials_are_pruned_again_from_cached_results(ready, numlp, counted):
    """A high penalty is a high cost: with two trials before, the others are stopped after the first epoch that counts."""
    prune = ["hydra.sweeper.prune=true", "hydra.sweeper.startup=2", "hydra.sweeper.warmup=1", "train.epochs=4"]
    command = [*MULTI, *prune, "lam=0.001,0.002,0.5,0.6"]
    code, _, err = numlp(*command)
    assert code == 0, err
    rows = table(ready)
    assert [row["state"] for row in rows] == ["done", "done", "pruned", "pruned"]
    assert [float(row["epochs"]) for row in rows[2:]] == [1, 1]
    assert len(list((ready / "build/runs").glob("*.json"))) == 2  # a pruned result counts in its own sweep alone
    assert numlp(*command)[0] == 0
    assert len(counted) == 4
    assert table(ready) == rows
    _, members = newest_sweep(ready)
    assert sorted(run.data.tags.get("pruned", "") for run in members) == ["", "", "true", "true"]


def test_tpe_resumes_at_the_same_points(ready, numlp, counted):
    tpe = ["lam=tag(log,interval(1e-4,1))", "hydra.sweeper.sampler=tpe", "hydra.sweeper.trials=4", "hydra.sweeper.parallel=2"]
    for _ in range(2):
        assert numlp(*MULTI, *tpe)[0] == 0
    first, second = (path.read_text() for path in sorted(ready.glob("multirun/*/*/trials.csv")))
    assert first == second
    assert len(counted) == 4


def test_cached_results_are_found_by_any_sweep(ready, numlp, counted):
    assert numlp(*MULTI, "lam=0.1,0.2")[0] == 0
    first = newest_sweep(ready)[0].info.run_id
    assert numlp(*MULTI, "lam=0.1,0.2")[0] == 0
    parent, members = newest_sweep(ready)
    assert (parent.info.run_id, len(members), counted) == (first, 2, [0.1, 0.2])  # the same command: the same sweep
    code, out, _ = numlp(*MULTI, "lam=0.2,0.3")
    assert code == 0
    assert ["cached" in line for line in job_lines(out)] == [True, False]
    parent, members = newest_sweep(ready)
    assert parent.info.run_id != first
    assert sorted((run.data.tags["group"], run.data.tags.get("kept")) for run in members) == [("lam=0.2", "true"), ("lam=0.3", None)]
    assert all("final/test_accuracy" in run.data.metrics for run in members)
    assert {run.data.tags["dataset"] for run in members} == {"synthetic, seed 0"}
    assert numlp(*MULTI, "lam=0.2", "hydra.sweeper.rerun=true")[0] == 0
    assert counted == [0.1, 0.2, 0.3, 0.2]


def test_result_of_another_blas_kernel_is_not_found(ready, numlp, counted, monkeypatch):
    for kernel in ("One", "Two", "One"):
        monkeypatch.setattr("numlp.results.identity.library", lambda kernel=kernel: ("openblas", kernel))
        assert numlp(*MULTI, "lam=0.1")[0] == 0
    assert counted == [0.1, 0.1]


def test_older_results_are_read(tmp_path):
    old = '{"val_accuracy": 0.4, "best_val_accuracy": 0.5, "val_cost": null, "test_accuracy": 0.3, "epochs": 2.0, "seconds": 1.5, '
    old += '"memory": 1e8, "folder": "multirun/x/0", "note": "diverged: cost"}'
    (tmp_path / "old.json").write_text(old)
    outcome = load_outcome(tmp_path / "old.json")
    assert (outcome.state, outcome.val_accuracy, outcome.cached) == ("diverged", 0.4, True)


def test_dry_run_lists_jobs_and_trains_nothing(ready, numlp, counted):
    assert numlp(*MULTI, "lam=0.1")[0] == 0
    code, out, err = numlp(*MULTI, "lam=0.1,0.2,-1", "hydra.sweeper.dry_run=true")
    assert code == 0, err
    assert [line.partition(": ")[2].partition(":")[0] for line in job_lines(out)] == ["cached", "to run", "would fail"]
    assert counted == [0.1]
    assert len(newest_sweep(ready)[1]) == 1
    assert len(list(ready.glob("multirun/*/*"))) == 1  # a dry run leaves no folder


def test_dry_run_says_how_many_jobs_depend_on_results(ready, numlp):
    tpe = ["hydra.sweeper.sampler=tpe", "hydra.sweeper.trials=5", "hydra.sweeper.parallel=2"]
    _, out, _ = numlp(*MULTI, "lam=interval(0,1)", *tpe, "hydra.sweeper.dry_run=true")
    assert len(job_lines(out)) == 2
    assert out.splitlines()[-1].startswith("3 more jobs")


def test_error_of_a_worker_is_told_as_that_of_a_single_run(ready, numlp):
    code, _, err = numlp("lr-range", "-m", *SHORT, "lam=-1,-2", "hydra/launcher=cores", "hydra.launcher.n_jobs=2")
    assert (code, err.splitlines()[-1].startswith("error: lam: ")) == (1, True), err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "state"),
    [
        (["schedule=cosine", "train.epochs=1.04"], "to run"),  # a warm-up of one epoch
        (["schedule=cosine", "train.epochs=1"], "would fail"),
        (["schedule=one_cycle", "train.epochs=0.04"], "would fail"),
        (["average=0.9", "train.epochs=0.5", "moments=precise", "moments.images=100"], "to run"),
        (["average=0.9", "train.epochs=0.2", "moments=precise", "moments.images=100"], "would fail"),
        (["train.batch_size=101"], "would fail"),
        (["moments=adaptive"], "would fail"),  # it needs whole images
    ],
    ids=str,
)
def test_dry_run_and_training_take_the_same_settings(ready, numlp, settings, state):
    settings = ["train.batch_size=4", *settings]
    code, out, err = numlp(*MULTI, "lam=0.1", *settings, "hydra.sweeper.dry_run=true")
    assert (code, state in job_lines(out)[0]) == (0, True), err
    assert (numlp("train", *SHORT, "lam=0.1", *settings)[0] == 1) is (state == "would fail")


@pytest.mark.parametrize(("name", "first"), [("lambda_coarse_to_fine", "1/30"), ("eta_lambda", "1/40")])  # the third's jobs take long
def test_prepared_search_tunes_the_network_of_params(ready, numlp, name, first):
    text = (ready / "params.yaml").read_text()
    (ready / "params.yaml").write_text(text.replace("norm: before", "norm: after").replace("optim: sgd", "optim: adam"))
    code, out, err = numlp("train", f"+search={name}", "data=synthetic", "hydra.launcher.n_jobs=2", "hydra.sweeper.dry_run=true")
    assert code == 0, err
    assert {"batch norm after ReLU", "adam"} <= set(out.splitlines()[0].removeprefix("network: ").split(", "))
    assert job_lines(out)[0].split()[0] == first


def test_sweep_over_files_of_one_network_each(ready, numlp):
    for name in ("a", "b"):
        (ready / f"conf/experiment/{name}.yaml").write_text(f"# @package _global_\nlam: 0.{len(name)}\nseed: {ord(name)}\n")
    assert numlp(*MULTI, "+experiment=a,b")[0] == 0
    assert len(list(ready.glob("multirun/*/*/*/model.npz"))) == 2


def test_file_that_varies_values_is_a_sweep(ready, numlp):
    text = "# @package _global_\nhydra:\n  mode: MULTIRUN\n  sweeper:\n    params: {norm: 'none,before'}\n"
    (ready / "conf/experiment/mine.yaml").write_text(text)
    code, _, err = numlp("train", "+experiment=mine", *SHORT, "-m", "hydra/launcher=basic")
    assert code == 0, err
    assert len(list(ready.glob("multirun/*/*/*/model.npz"))) == 2


def test_edit_of_the_settings_during_a_sweep_is_told(ready, numlp, counted, monkeypatch):
    schedule, real = ready / "conf/schedule/cyclical.yaml", Trainer.records

    def records(trainer, *arguments):
        schedule.write_text(schedule.read_text().replace("eta_max: 0.1", "eta_max: 0.2"))
        return real(trainer, *arguments)

    monkeypatch.setattr(Trainer, "records", records)
    code, out, err = numlp(*MULTI, "lam=0.1,0.2")
    assert code == 1
    assert "1 of 2 jobs failed" in err
    assert "edited" in job_lines(out)[1]


def test_name_of_several_seeds_and_of_a_cached_run_find_its_files(ready, numlp):
    assert numlp(*MULTI, "lam=0.1,0.2")[0] == 0
    names = [row["run"] for row in table(ready)]
    assert numlp(*MULTI, "lam=0.2,0.1")[0] == 0  # shows both in a sweep of its own
    for name in [*names, *(run.info.run_id for run in newest_sweep(ready)[1])]:
        assert (run_files(ready, name)[1] / "model.npz").exists()
