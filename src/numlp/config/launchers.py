"""Settings of the launchers for clusters (docs/cluster.md), over those that their packages store."""

import os
import socket
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import DictConfig, OmegaConf, read_write

from numlp.errors import UserError, require

GROUP = "hydra/launcher"
PROJECT = "NUMLP_PROJECT"  # in the environment: the project's folder, the same on every node
HERE = ("basic", "joblib")  # launchers whose jobs are processes of this one, which a signal to them is meant for as well
EXTRAS = {"ray": "ray", "submitit_local": "slurm", "submitit_slurm": "slurm"}  # of pyproject.toml, that have the others

RAY: dict[str, Any] = {
    "init": {
        "object_store_memory": None,  # else the launcher sets it, which a cluster that runs already refuses
        "include_dashboard": False,
        "runtime_env": {
            "worker_process_setup_hook": "numlp.config.launchers.enter_project_on_node",
            "env_vars": {"NUMLP_PROJECT": "${hydra.runtime.cwd}", "MLFLOW_TRACKING_URI": '${oc.env:MLFLOW_TRACKING_URI,""}'},
        },
    },
    "remote": {"num_cpus": 1, "max_retries": 10},  # retries are of lost nodes and processes
}
SLURM: dict[str, Any] = {
    "cpus_per_task": 1,
    "mem_gb": 4,
    "max_num_timeout": 10,  # a job whose time was over, or that was preempted, is queued again and goes on from its checkpoint
}
CORES = {  # the keys of the launchers that say how many cores a job has
    "ray": "hydra.launcher.ray.remote.num_cpus",
    "submitit_local": "hydra.launcher.cpus_per_task",
    "submitit_slurm": "hydra.launcher.cpus_per_task",
}
SETTINGS = {"ray": {"ray": RAY}, "submitit_slurm": SLURM}


def store_launchers() -> None:
    """Store the settings for those launchers that are installed."""
    Plugins.instance()  # imports the packages, which store their own then, and would do so later over these
    configs = ConfigStore.instance()
    for name in SETTINGS:
        if f"{name}.yaml" in configs.list(GROUP):
            own = configs.load(f"{GROUP}/{name}.yaml")
            configs.store(group=GROUP, name=name, node=OmegaConf.merge(own.node, SETTINGS[name]), provider=own.provider)


def at_once(config: DictConfig, threads: int) -> int | None:
    """Jobs of `threads` BLAS threads each that the launcher runs side by side: at most cores / threads. None where only a cluster knows.

    Args:
        config: With Hydra's part.
        threads: Of a job.

    Raises:
        UserError: It is told to run none.
    """
    name = config.hydra.runtime.choices[GROUP]
    if name != "joblib":
        return 1 if name in HERE else None
    from joblib import cpu_count, effective_n_jobs

    jobs = config.hydra.launcher.n_jobs
    require(jobs != 0, "hydra.launcher.n_jobs", "a number of jobs, or -1 for one job per core", n_jobs=jobs)
    return max(1, min(int(effective_n_jobs(jobs)), int(cpu_count()) // threads))


def for_threads(config: DictConfig, threads: int) -> DictConfig:
    """`config` with a launcher that gives a core to each of a job's `threads`, or more where the user asked for more."""
    name = config.hydra.runtime.choices[GROUP]
    changed = config.copy()
    with read_write(changed.hydra):
        if name == "joblib":
            changed.hydra.launcher.n_jobs = at_once(config, threads)
        elif name in CORES:
            OmegaConf.update(changed, CORES[name], max(threads, OmegaConf.select(config, CORES[name]) or 1))
    return changed


def enter_project_on_node() -> None:
    """Go to the project's folder, from which every path is relative.

    Raises:
        UserError: This node has no such folder.
    """
    folder = Path(os.environ[PROJECT])
    if not (folder / "params.yaml").exists():
        problem = f"no project in {folder}; every node needs the project at the path that it has on the launching node"
        raise UserError(f"node {socket.gethostname()}: {problem}")
    os.chdir(folder)
