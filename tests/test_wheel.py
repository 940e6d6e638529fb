"""The built distributions, away from the checkout: what they carry, and that the wheel alone makes a project that runs."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from budget import ROOT
from numlp.cli.init import FILES

AWAY = ("PYTHONPATH", "CIFAR10_ARCHIVE", "CIFAR10_SHA256", "MLFLOW_TRACKING_URI", "VIRTUAL_ENV")

pytestmark = pytest.mark.slow


def run(folder, *command, path=""):
    """A command in `folder` with nothing of this checkout in its environment; give what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in AWAY}
    environment["PATH"] = os.pathsep.join([path, os.environ["PATH"]])
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel, built from the sdist as pip would."""
    folder = tmp_path_factory.mktemp("dist")
    run(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder))
    (sdist,) = folder.glob("*.tar.gz")
    run(folder, "tar", "-xzf", str(sdist))
    (source,) = (path for path in folder.iterdir() if path.is_dir())
    run(source, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    shutil.rmtree(source)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def programs(built, tmp_path_factory):
    """The programs of an environment that has the wheel, and this environment's packages but not its numlp."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    bin_folder = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(bin_folder / "python")]
    run(folder, *pip, "install", "-q", "--no-deps", "--no-index", str(built))
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")  # whose own .pth files, numlp's among them, do not count
    dvc = bin_folder / "dvc"
    dvc.write_text(f"#!{bin_folder / 'python'}\nimport sys\nfrom dvc.cli import main\nsys.exit(main())\n")
    dvc.chmod(0o755)
    return str(bin_folder)


def test_wheel_has_the_package_its_types_and_the_files_of_a_project_and_nothing_else(built):
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
    assert "numlp/py.typed" in names
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"numlp", "hydra_plugins"}
    modules = {f"numlp/{path.relative_to(ROOT / 'src/numlp')}" for path in (ROOT / "src/numlp").rglob("*") if path.suffix in (".py", ".j2")}
    assert modules <= names
    files = {name.removeprefix("numlp/project/") for name in names if name.startswith("numlp/project/")}
    here = {path.relative_to(ROOT) for name in FILES for path in ((ROOT / name), *(ROOT / name).rglob("*")) if path.is_file()}
    assert files == {str(path) for path in here}


def test_new_project_far_from_any_checkout_runs_its_pipeline_and_a_second_time_nothing(programs, tmp_path):
    """Only the wheel, an empty folder, synthetic images, two updates."""
    where = run(tmp_path, f"{programs}/python", "-c", "import numlp; print(numlp.__file__)").strip()
    assert Path(where).is_relative_to(Path(programs).parent)
    run(tmp_path, "numlp", "init", "demo", "--data", "synthetic", path=programs)
    demo = tmp_path / "demo"
    params = demo / "params.yaml"
    params.write_text(params.read_text().replace("epochs: null", "epochs: 0.005"))
    run(demo, "dvc", "repro", path=programs)
    assert (demo / "build/plot/curves.png").stat().st_size > 0
    assert "synthetic, seed 0" in run(demo, "numlp", "show", path=programs)
    again = run(demo, "dvc", "repro", path=programs)
    assert [line for line in again.splitlines() if line.startswith("Running stage")] == ["Running stage 'resolve':"]
