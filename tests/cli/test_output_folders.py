"""hydra.run.dir and hydra.sweep.dir: numlp deletes and overwrites only what it wrote itself."""

import pytest

from numlp.runs import output_folder

RUN_OF_A_SECOND = ["data=synthetic", "train.epochs=0.02", "split.train=[0,1000]", "split.val=[1000,1500]", "model.hidden=[10]", "then=[]"]
SWEEP = ["train", "-m", *RUN_OF_A_SECOND, "lam=0.1,0.2", "hydra/launcher=basic"]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make_users_files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"the user's {name}")


def test_sweep_into_project_leaves_its_files_alone(ready, numlp):
    make_users_files(ready, "conf/experiment/mine.yaml", "status/a.txt", "stop")
    before = {path: content for path, content in files(ready).items() if path.parts[0] in ("conf", "status", "stop", "params.yaml")}
    code, _, err = numlp(*SWEEP, "hydra.sweep.dir=.")
    assert code == 0, err
    after = files(ready)
    assert {path: after.get(path) for path in before} == before
    assert (ready / "trials.csv").exists()
    assert numlp(*SWEEP, "hydra.sweep.dir=.", "seed=1")[0] == 0  # numlp's own files are replaced


RUN, INTO, SWEPT = ["train", *RUN_OF_A_SECOND], "hydra.run.dir=mine", "hydra.sweep.dir=mine"
REFUSED = [
    *(([*SWEEP, SWEPT], name) for name in ("trials.csv", "0/history.csv", "1/notes.txt")),
    *(([*RUN, INTO], name) for name in ("history.csv", "plots/mine.png", ".hydra/config.yaml")),
    ([*RUN, INTO, "hydra.output_subdir=conf"], "conf/mine.yaml"),
    ([*RUN, INTO, "hydra.output_subdir=../mine"], "notes.txt"),
    *(([*SWEEP, "hydra.sweep.dir=sweep", f"hydra.sweep.subdir={subdir}"], "notes.txt") for subdir in ("../mine", ".", "jobs")),
]


@pytest.mark.parametrize(("command", "name"), REFUSED)
def test_command_that_would_write_over_users_files_or_jobs_over_each_other_is_refused(ready, numlp, command, name):
    make_users_files(ready / "mine", name)
    before = files(ready / "mine")
    code, _, err = numlp(*command)
    assert (code, err.count("\n")) == (1, 1)
    assert files(ready / "mine") == before
    assert not (ready / "sweep").exists()


def test_jobs_may_have_folders_named_by_their_values(ready, numlp):
    code, _, err = numlp(*SWEEP, "hydra.sweep.dir=sweep", "hydra.sweep.subdir=lam_${lam}")
    assert code == 0, err
    assert sorted(path.parent.name for path in ready.glob("sweep/*/model.npz")) == ["lam_0.1", "lam_0.2"]


def test_folder_with_other_names_may_be_used_twice_but_names_not_written_are_the_users(ready, numlp):
    make_users_files(ready / "train", "notes.txt")
    folder = "hydra.run.dir=${hydra:job.name}"
    for seed in ("0", "1"):
        code, _, err = numlp("train", *RUN_OF_A_SECOND, f"seed={seed}", folder)
        assert code == 0, err
    make_users_files(ready / "train", "metrics.json")  # then=[] has written none
    assert numlp("train", *RUN_OF_A_SECOND, folder)[0] == 1
    assert (ready / "train/metrics.json").read_text() == "the user's metrics.json"


def test_dry_run_writes_nothing(ready, numlp):
    before = set(files(ready))
    assert numlp(*SWEEP, "hydra.sweeper.dry_run=true", "hydra.sweep.dir=results")[0] == 0
    assert set(files(ready)) == before


def test_every_file_of_a_run_is_listed(ready, numlp):
    settings = [*RUN_OF_A_SECOND[:-1], "train.health=true", "hydra.run.dir=results"]
    assert numlp("train", *settings)[0] == 0
    assert numlp("lr-range", *RUN_OF_A_SECOND, "hydra.run.dir=results")[0] == 0
    assert {path.parts[0] for path in files(ready / "results")} - {".numlp"} <= output_folder.RUN


def test_paths_count_from_the_project_with_chdir(ready, numlp):
    code, _, err = numlp("train", *RUN_OF_A_SECOND, "hydra.job.chdir=true", "hydra.run.dir=results")
    assert code == 0, err
    assert (ready / "results/model.npz").exists()
    assert not (ready / "results/data").exists()
    assert not (ready / "results/mlruns").exists()
