"""From the command line to a stage: compose by Hydra, check every rule, run."""

import os
import sys
from importlib import import_module
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from numlp.compose import CONF, known_keys, store, typed
from numlp.config import Config
from numlp.errors import UserError
from numlp.explain import explain


class _Carried(BaseException):
    """Takes a single run's error past Hydra, which would print the overrides beside it."""


def launch(command: str, overrides: list[str]) -> int:
    """Run the stage `command`: once, or once a job with -m.

    Raises:
        UserError: The choices do not compose, or break a rule; the message is one or two lines.
    """
    root = Path.cwd()
    store(root, command)
    asked = os.environ.get("HYDRA_FULL_ERROR") == "1"
    codes: list[int | None] = []

    def job(config: DictConfig) -> None:
        try:
            out = Path(os.path.relpath(HydraConfig.get().runtime.output_dir))
            codes.append(import_module(f"numlp.stages.{command}").run(typed(config), out))
        except Exception as error:
            if HydraConfig.get().mode is RunMode.MULTIRUN or asked:
                raise
            raise _Carried from error

    sys.argv = [f"numlp {command}", *overrides]
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises its errors instead of printing them
    try:
        hydra.main(version_base="1.3", config_path=str(root / CONF), config_name="params")(job)()
    except _Carried as carried:
        assert carried.__cause__ is not None
        raise carried.__cause__ from None
    except (HydraException, OmegaConfBaseException) as error:
        if asked:
            raise
        raise UserError(explain(error, known_keys(Config))) from error
    finally:
        if not asked:
            del os.environ["HYDRA_FULL_ERROR"]
    return max((code or 0 for code in codes), default=0)
