"""From the command line to a stage: compose by Hydra, check every rule, run.

Hydra's main function reads sys.argv, returns nothing, and ends the process after an error unless HYDRA_FULL_ERROR is 1: both are set
while it runs. A job leaves its exit code in the `Launch` that it belongs to, and a single run its error, beside which Hydra would print the
overrides. What stops one job of a multirun has to keep those in other processes from beginning: its exit code is in a file.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from numlp.cli.commands import COMMANDS
from numlp.cli.overrides import describe
from numlp.cli.parser import Parser
from numlp.config.compose import CONF, chosen_files, known_keys, store_primary, to_config
from numlp.config.hydra_errors import check_overrides, explain, is_composing_error
from numlp.config.launchers import HERE, store_launchers
from numlp.config.search import Primary
from numlp.errors import UserError, require
from numlp.files import write_text
from numlp.runs.invocation import Invocation
from numlp.runs.output_folder import HYDRA, LOG, RUN, check_free, claim, release, sweep_names
from numlp.signals import Terminated, stoppable

if TYPE_CHECKING:
    from numlp.runs.outcome import Member

FULL_ERRORS = "HYDRA_FULL_ERROR"


class OutputFolder(Callback):
    """Hydra's callback that looks at the output folder before Hydra writes to it; it ends the command where a user's file would be lost."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Claim the folder of a single run."""
        HydraConfig.instance().set_config(config)  # for ${hydra:...} in the folder's name
        _refusing(partial(_claim_run, config.hydra))

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Look at the folder of a sweep, which claims it once it is more than a dry run."""
        HydraConfig.instance().set_config(config)
        _refusing(partial(_check_sweep, config.hydra))

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Give up the names that a run has not written."""
        release(Path(config.hydra.runtime.output_dir))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Give up the names that a sweep has not written."""
        release(Path(config.hydra.sweep.dir))


def _refusing(check: Callable[[], object]) -> None:
    """Call a check whose errors pass through Hydra, which turns a callback's exceptions into warnings."""
    try:
        check()
    except (UserError, OSError) as error:
        raise SystemExit(1) from error


def _claim_run(hydra_config: DictConfig) -> None:
    if hydra_config.job.name == "gradcheck":  # it writes nothing
        return
    subdir = hydra_config.output_subdir
    inside = subdir is None or not (Path(subdir).is_absolute() or ".." in Path(subdir).parts)
    require(inside, "hydra.output_subdir", "a folder below the run's", output_subdir=subdir)
    names = RUN if subdir is None else RUN - {HYDRA} | {Path(subdir).parts[0]}
    claim(Path(hydra_config.run.dir), names, "hydra.run.dir")


def _check_sweep(hydra_config: DictConfig) -> None:
    subdir = Path(OmegaConf.to_container(hydra_config.sweep, resolve=False)["subdir"])  # type: ignore[index, call-overload]
    each = not subdir.is_absolute() and ".." not in subdir.parts and "${" in str(subdir)  # jobs in one folder would overwrite each other
    remedy = "numlp's own is ${hydra.job.num}"
    require(each, "hydra.sweep.subdir", "a folder per job, below the sweep's, named by an interpolation", remedy, subdir=str(subdir))
    check_free(folder := Path(hydra_config.sweep.dir), sweep_names(folder), "hydra.sweep.dir")


def add_arguments(parser: Parser) -> None:
    """Declare Hydra's arguments, of which --help is ours."""
    parser.usage, parser.formatter_class = "%(prog)s [KEY=VALUE ...] [FLAG ...]", argparse.RawDescriptionHelpFormatter
    parser.details = describe
    for action in get_args_parser()._actions:
        if action.dest not in ("help", "shell_completion"):  # numlp has no completion, and its own help
            parser._add_action(action)
    parser.set_defaults(help=False)


def run(arguments: argparse.Namespace) -> int:
    """Run a stage: once, or once a job with -m.

    Raises:
        UserError: The choices do not compose, or break a rule; the message is one or two lines.
    """
    root, overrides = Path.cwd(), arguments.overrides
    store_primary(root, arguments.command)
    store_launchers()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report its use to its makers
    argv, full_errors = sys.argv, os.environ.get(FULL_ERRORS) == "1"
    words = [*(word for word in arguments.words if word not in overrides), *overrides]  # Hydra takes no flag between two overrides
    sys.argv, os.environ[FULL_ERRORS] = [f"numlp {arguments.command}", *words], "1"
    try:
        check_overrides(overrides, known_keys(Primary))
        with tempfile.TemporaryDirectory(prefix="numlp.") as folder, stoppable():
            return Launch(arguments.command, Path(folder) / "stopped").run(root / CONF)
    except Exception as error:
        if full_errors or not is_composing_error(error):
            raise
        raise UserError(explain(error, known_keys(Primary))) from error
    finally:
        sys.argv = argv
        if not full_errors:
            del os.environ[FULL_ERRORS]


@dataclass
class Launch:
    """One call of Hydra's main function, for one job or many.

    Attributes:
        command: The stage.
        stopped: A file for the exit code of a job of a multirun that a signal has stopped; those after it do not begin.
        code: The highest exit code of the jobs in this process.
        error: Of a single run.
    """

    command: str
    stopped: Path
    code: int = 0
    error: Exception | None = None

    def run(self, conf: Path) -> int:
        """Compose and run the jobs of the command line; give the exit code, or raise the error of a single run."""
        try:
            hydra.main(version_base="1.3", config_path=str(conf), config_name="params")(self.job)()
        except SystemExit as end:
            if isinstance(end.__cause__, (UserError, OSError)):  # OutputFolder has raised it
                raise end.__cause__ from None
            raise
        except KeyboardInterrupt:
            if not self.stopped.exists():  # else it was a job that was stopped, and the file says by what
                raise
        if self.error is not None:
            raise self.error
        return int(self.stopped.read_text()) if self.stopped.exists() else self.code

    def job(self, config: DictConfig, member: "Member | None" = None) -> Any:
        """Run one job; on a cluster a signal is the node's: the job ends by it, so that the launcher gives it to another node.

        Args:
            config: The job's choices.
            member: The job's place in a sweep.

        Returns:
            What the stage gives back; None for a job that was stopped.
        """
        hydra_config = HydraConfig.get()
        alone = hydra_config.mode is not RunMode.MULTIRUN
        if self.stopped.exists():
            return None
        if hydra_config.job.chdir:  # every path counts from the project's folder
            os.chdir(hydra_config.runtime.cwd)
        try:
            overrides = list(hydra_config.overrides.task)
            if alone:
                _refuse_search(overrides)
            else:
                claim(Path(hydra_config.runtime.output_dir), RUN, "hydra.sweep.dir", checked=frozenset({HYDRA, LOG}))
            out = Path(os.path.relpath(hydra_config.runtime.output_dir))
            invocation = Invocation(chosen_files(hydra_config.runtime.choices), overrides, alone, member)
            result = import_module(COMMANDS[self.command].module).run(to_config(config), out, invocation)
            self.code = max(self.code, result if isinstance(result, int) else 0)
            return result
        except Exception as error:
            if not alone:
                raise
            self.error = error
            return None
        except (KeyboardInterrupt, Terminated) as signal:
            if alone or hydra_config.runtime.choices["hydra/launcher"] not in HERE:
                raise
            write_text(self.stopped, str(signal.code if isinstance(signal, Terminated) else 130))
            return None


def _refuse_search(overrides: Sequence[str]) -> None:
    """Raise UserError for a setting of sweeps, which a single run would not heed."""
    for text in overrides:
        sweeps = text.lstrip("+~").startswith(("search.", "sweep."))
        if sweeps:
            raise UserError(f"{text}: this setting needs a sweep; add -m with the values to try, or +search=NAME")
