"""The settings of a sweep as they were when it began: a file that is edited while the sweep runs changes none of its jobs."""

import shutil
from copy import deepcopy
from pathlib import Path

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.types import HydraContext

from numlp.config.compose import CONF
from numlp.runs.output_folder import NOTES


def freeze_conf(context: HydraContext, out: Path) -> HydraContext:
    """`context` with a copy of conf/ in place of conf/ itself, so that the sweep and every launcher's workers compose from the copy.

    Hydra composes each job in its worker, when the job begins. params.yaml needs no copy: Hydra has had its content in memory
    since the command began, and gives it to the workers.

    Args:
        context: Hydra's.
        out: The sweep's folder, which gets the copy.
    """
    path = deepcopy(context.config_loader.get_search_path())
    for element in path.get_path():
        if element.provider == "main":
            shutil.copytree(element.path.removeprefix("file://"), out / NOTES / CONF)
            element.path = f"file://{(out / NOTES / CONF).absolute()}"
    return HydraContext(config_loader=ConfigLoaderImpl(path), callbacks=context.callbacks)
