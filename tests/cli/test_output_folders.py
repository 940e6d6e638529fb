"""hydra.run.dir and hydra.sweep.dir: numlp deletes and overwrites only what it wrote itself."""

import pytest

RUN_OF_A_SECOND = ["data=synthetic", "train.epochs=0.02", "split.train=[0,1000]", "split.val=[1000,1500]", "model.hidden=[10]", "then=[]"]
RUN, SWEEP = ["train", *RUN_OF_A_SECOND], ["train", "-m", *RUN_OF_A_SECOND, "lam=0.1,0.2", "hydra/launcher=basic"]
USED = [[*SWEEP, "hydra.sweep.dir=mine"], [*SWEEP, "hydra.sweep.dir=."], [*RUN, "hydra.run.dir=mine"]]
SHARED = [[*SWEEP, "hydra.sweep.dir=sweep", f"hydra.sweep.subdir={subdir}"] for subdir in ("../mine", ".", "jobs")]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", [*USED, *SHARED])
def test_folder_with_users_files_and_one_that_jobs_would_share_are_refused(ready, numlp, command):
    (ready / "mine").mkdir()
    (ready / "mine/notes.txt").write_text("the user's")
    before = files(ready)
    code, _, err = numlp(*command)
    assert (code, err.count("\n")) == (1, 1)
    assert files(ready) == before
    assert not (ready / "sweep").exists()


def test_jobs_may_have_folders_named_by_their_values_and_a_sweep_may_follow_in_the_same_one(ready, numlp):
    for seed in ("0", "1"):
        code, _, err = numlp(*SWEEP, "hydra.sweep.dir=sweep", "hydra.sweep.subdir=lam_${lam}", f"seed={seed}")
        assert code == 0, err
    assert sorted(path.parent.name for path in ready.glob("sweep/*/model.npz")) == ["lam_0.1", "lam_0.2"]


def test_run_may_follow_in_the_same_folder(ready, numlp):
    (ready / "train").mkdir()
    for seed in ("0", "1"):
        code, _, err = numlp(*RUN, f"seed={seed}", "hydra.run.dir=${hydra:job.name}")
        assert code == 0, err


def test_dry_run_writes_nothing(ready, numlp):
    before = set(files(ready))
    assert numlp(*SWEEP, "hydra.sweeper.dry_run=true", "hydra.sweep.dir=results")[0] == 0
    assert set(files(ready)) == before


def test_paths_count_from_the_project_with_chdir(ready, numlp):
    code, _, err = numlp("train", *RUN_OF_A_SECOND, "hydra.job.chdir=true", "hydra.run.dir=results")
    assert code == 0, err
    assert (ready / "results/model.npz").exists()
    assert not (ready / "results/data").exists()
    assert not (ready / "results/mlruns").exists()
