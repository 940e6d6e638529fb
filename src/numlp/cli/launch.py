"""From the command line to a command whose arguments are settings: Hydra composes them and calls `job`, once or per job of a sweep."""

import os
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from textwrap import fill
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from numlp.cli.commands import COMMANDS
from numlp.cli.init import template
from numlp.config.compose import CONF, PARAMS, explaining, read_params, store_primary, to_config
from numlp.config.search import NODE, SWEEPER
from numlp.errors import UserError
from numlp.results.output_folder import discard, mark
from numlp.signals import stoppable

OTHER_FOLDERS = ("defaults", "hydra", "stage")  # folders of conf/ for other files and for dvc.yaml


def add_arguments(parser: ArgumentParser) -> None:
    """Declare those of Hydra's flags that `run` hands to Hydra; --help shows the project's settings."""
    parser.usage = "%(prog)s [KEY=VALUE ...] [FLAG ...]"
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="a setting; GROUP=OPTION chooses a file of conf/GROUP")
    parser.add_argument("-m", "--multirun", action="store_true", help="run one job per combination of values")
    parser.add_argument("-c", "--cfg", choices=("job", "hydra", "all"), help="print the configuration and run nothing")
    parser.add_argument("--resolve", action="store_true", help="with --cfg: resolve interpolations")
    parser.add_argument("-p", "--package", help="with --cfg: the part of the configuration to print")
    parser.add_argument("-cd", "--config-dir", metavar="DIR", help="a directory with more config groups")
    if {"-h", "--help"} & set(parser.get_default("words")):
        parser.epilog = f"{parser.epilog}\n\n{describe_settings()}".lstrip()


def describe_settings() -> str:
    """The config groups with their options, and params.yaml as it is, of this project or else of a new one."""
    here = Path(PARAMS).exists() and Path(CONF).is_dir()
    project = Path() if here else template()
    groups, _ = read_params(project.absolute())
    lines = [f"config groups of {'the project' if here else 'a new project, as there is no project here'}; * marks the option of {PARAMS}:"]
    for folder in sorted(folder for folder in (project / CONF).iterdir() if folder.is_dir() and folder.name not in OTHER_FOLDERS):
        options = sorted(path.stem for path in folder.glob("*.yaml"))
        marked = ", ".join(f"*{option}" if option == str(groups.get(folder.name)) else option for option in options)
        key = f"{'' if folder.name in groups else '+'}{folder.name}="
        lines.append(fill(f"  {key:<12} {marked}", 120, subsequent_indent=" " * 15, break_on_hyphens=False))
    return "\n".join([*lines, "", f"{PARAMS}:", (project / PARAMS).read_text()])


def run(arguments: Namespace) -> int:
    """Run a command by Hydra's main function, which reads sys.argv, and raises errors where HYDRA_FULL_ERROR is 1.

    Raises:
        UserError: The settings do not compose, or break a rule; the message is one or two lines.
    """
    root, overrides = Path.cwd(), arguments.overrides
    flags = [word for word in arguments.words if word not in overrides]  # Hydra takes no flag between two overrides
    sys.argv, os.environ["HYDRA_FULL_ERROR"] = [f"numlp {arguments.command}", *flags, *overrides], "1"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would report its use to its makers
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")  # Ray would leave out the lines of similar jobs
    with explaining(), stoppable():
        store_primary(root, arguments.command)
        hydra.main(version_base="1.3", config_path=str(root / CONF), config_name=Path(PARAMS).stem)(job)()
    return 0


def job(config: DictConfig) -> Any:
    """Run a command, or a job of a sweep, in this process or in one of a launcher, which pickles this function by its name.

    Raises:
        SystemExit: The command's exit code is not 0; or a single run has failed, whose error is the cause: before any other exception
            Hydra would print the overrides.
    """
    hydra_config = HydraConfig.get()
    alone, module = hydra_config.mode is not RunMode.MULTIRUN, import_module(COMMANDS[hydra_config.job.name].module)
    os.chdir(hydra_config.runtime.cwd)  # every path counts from the project's folder, also with hydra.job.chdir
    out = Path(os.path.relpath(hydra_config.runtime.output_dir))
    try:
        if not alone:
            mark(Path(hydra_config.sweep.dir))
            if hydra_config.runtime.choices["hydra/sweeper"] == SWEEPER:
                return import_module("numlp.sweep.member").run_member(config, hydra_config, out, module.run)  # the import brings NumPy
        for text in hydra_config.overrides.hydra if alone else ():
            if text.lstrip("+").startswith(f"{NODE}."):
                raise UserError(f"{text}: this setting needs a sweep; add -m with the values to try, or +search=NAME")
        result = module.run(to_config(config), out)
    except Exception as error:
        if alone:
            if isinstance(error, UserError):
                discard(out)
            raise SystemExit(1) from error
        raise
    if isinstance(result, int) and result:
        raise SystemExit(result)
    return result
