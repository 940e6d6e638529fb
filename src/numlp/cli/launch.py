"""From the command line to a stage: compose by Hydra, check every rule, run."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from numlp.cli.commands import COMMANDS
from numlp.config.compose import CONF, chosen, known_keys, store, typed
from numlp.config.hydra_errors import explain, of_composing
from numlp.config.launchers import HERE, store_launchers
from numlp.config.search import Primary
from numlp.errors import UserError, require
from numlp.files import write_text
from numlp.runs.invocation import Asked
from numlp.runs.outcome import Member
from numlp.signals import Terminated, relaying


class _Carried(BaseException):
    """Takes a single run's error past Hydra, which would print the overrides beside it."""


def launch(command: str, overrides: list[str]) -> int:
    """Run the stage `command`: once, or once a job with -m.

    Raises:
        UserError: The choices do not compose, or break a rule; the message is one or two lines.
        SystemExit: A flag that is not there, which is told.
    """
    arguments = _in_order(command, overrides)
    root = Path.cwd()
    store(root, command)
    store_launchers()
    asked = os.environ.get("HYDRA_FULL_ERROR") == "1"
    codes: list[int | None] = []
    sys.argv = [f"numlp {command}", *arguments]
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises its errors instead of printing them
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report its use to its makers
    try:
        with tempfile.TemporaryDirectory(prefix="numlp.") as folder, relaying():
            stopped = Path(folder) / "stopped"
            job = partial(_job, command, stopped, codes, asked)
            try:
                hydra.main(version_base="1.3", config_path=str(root / CONF), config_name="params")(wraps(_job)(job))()
            except KeyboardInterrupt:
                if not stopped.exists():  # else it was a job that was stopped, and the file says by what
                    raise
            return int(stopped.read_text()) if stopped.exists() else max((code or 0 for code in codes), default=0)
    except (_Carried, Exception) as caught:
        error = caught.__cause__ if isinstance(caught, _Carried) else caught
        assert error is not None
        if asked or not of_composing(error):
            raise error from None
        raise UserError(explain(error, known_keys(Primary))) from error
    finally:
        if not asked:
            del os.environ["HYDRA_FULL_ERROR"]


def _in_order(command: str, arguments: list[str]) -> list[str]:
    """Flags, then overrides: Hydra takes no flag between two overrides, and tells of a wrong one in eight lines.

    Raises:
        SystemExit: A flag is not there, which is told in one.
    """
    parser = get_args_parser()
    parser.prog, parser.usage = f"numlp {command}", argparse.SUPPRESS
    found, others = parser.parse_known_intermixed_args(arguments)
    for wrong in (text for text in others if text.startswith("-")):
        parser.error(f"no flag {wrong} (numlp {command} --help lists them)")
    overrides: list[str] = found.overrides
    return [text for text in arguments if text not in overrides] + overrides


def _job(command: str, stopped: Path, codes: list[int | None], asked: bool, config: DictConfig, member: Member | None = None) -> Any:
    """One job. When one of a multirun is stopped by a signal, the file `stopped` keeps those after it from beginning.

    On a cluster the signal is the node's: the job ends by it, so that the launcher gives it to another node.

    Args:
        command: The stage.
        stopped: That file.
        codes: Where a single run's exit code goes.
        asked: Whether the user asked for Hydra's whole errors.
        config: The job's choices.
        member: The job's place in a sweep.

    Returns:
        What the stage gives back; None for a job that was stopped.
    """
    hydra = HydraConfig.get()
    alone = hydra.mode is not RunMode.MULTIRUN
    if stopped.exists():
        return None
    try:
        if alone:
            _refuse_search(hydra.overrides.task)
        out = Path(os.path.relpath(hydra.runtime.output_dir))
        how = Asked(chosen(hydra.runtime.choices), list(hydra.overrides.task), alone, member)
        made = COMMANDS[command].load().run(typed(config), out, how)
        codes.append(made if isinstance(made, int) else None)
        return made
    except Exception as error:
        if asked or not alone:
            raise
        raise _Carried from error
    except (KeyboardInterrupt, Terminated) as signal:
        if alone or hydra.runtime.choices["hydra/launcher"] not in HERE:
            raise
        write_text(stopped, str(signal.code if isinstance(signal, Terminated) else 130))
        return None


def _refuse_search(overrides: Sequence[str]) -> None:
    """Raise UserError for a setting of sweeps, which a single run would not heed."""
    for text in overrides:
        sweeps = text.lstrip("+~").startswith(("search.", "sweep."))
        require(not sweeps, text, "a sweep: -m with the values to try, or +search=NAME")
