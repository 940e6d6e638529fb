"""The console script: `numlp COMMAND [OVERRIDE ...]`."""

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

from numlp.errors import UserError
from numlp.project import entered

STAGES = {
    "download": "get the raw images, or make the synthetic ones",
    "resolve": "write params.yaml and the chosen files of conf/ as one file",
    "normalise": "split the images and normalise them",
    "train": "train a network; with -m, one for each combination of choices",
    "evaluate": "measure the trained network on the three splits",
    "plot": "draw the curves, the confusion matrix, the first layer and the worst errors",
    "lr-range": "raise the learning rate in a short training, and suggest eta_min and eta_max",
    "gradcheck": "compare the gradients with central differences",
}
TOOLS = {
    "init": "lay out a new project in a folder of its own",
    "run": "run the whole pipeline by DVC, on CIFAR-10 where it can be had",
    "reports": "run every experiment of the five reports by DVC, and compare",
    "reproduce": "a step of that: plan, scoreboard, or an experiment such as e08",
    "doctor": "check the environment, the data, DVC and MLflow, and say what to do",
    "report": "write the report on the reproduction from its result files",
    "predict": "name what a trained network sees in PNG or JPEG files",
    "export": "write a trained network as ONNX, for other programs",
    "register": "name a trained network in MLflow's registry, with its figures",
    "compare": "set two trained runs against each other: choices, curves, classes, significance, examples",
    "health": "draw the layers' health of one to four runs with train.health=true, side by side",
    "show": "print the pipeline's latest figures, and how to go on",
    "verify": "run the pipeline again in a clone elsewhere, and compare its sums with dvc.lock",
    "ui": "open MLflow on the project's runs",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 1 for an error that is the input's or the machine's, told in one or two lines; 2 for an unknown command;
        130 and 143 after Ctrl-C and SIGTERM; 141 when what reads the output has gone.
    """
    command, *rest = argv if argv is not None else sys.argv[1:] or ["--help"]
    try:
        required = _needs_project(command, rest)
        with nullcontext() if command == "init" else entered(required) as moved:
            if moved is not None and required:
                print(f"numlp: working in the project {moved}", file=sys.stderr)
            code = _run(command, rest)
        sys.stdout.flush()
        return code
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:  # of `numlp ... | head`, which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit
        return 141
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # rich has met it, and ends the process with 1
            return 141
        raise
    except OSError as error:
        print(f"error: {error.filename or command}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"numlp {command}: stopped", file=sys.stderr)
        return 130
    return 1


def _needs_project(command: str, rest: list[str]) -> bool:
    """Whether a command has no use outside a project."""
    model_alone = command in ("predict", "export") and "--model" in rest
    return command in {**STAGES, **TOOLS} and command != "doctor" and not model_alone and not {"-h", "--help"} & set(rest)


def _run(command: str, rest: list[str]) -> int:
    if command in ("-h", "--help", "--version"):
        return _about(command)
    if command in ("-sc", "--shell-completion"):
        from numlp import completion

        return completion.main(rest, STAGES, TOOLS)
    if command in STAGES:
        if {"-h", "--help"} & set(rest):
            from numlp import usage

            print(usage.stage(command, STAGES[command], Path.cwd()))
            return 0
        from numlp.launch import launch

        return launch(command, rest)
    if command in TOOLS:
        return int(import_module(f"numlp.stages.{command}").main(rest))
    from numlp.explain import did_you_mean

    print(f"numlp: no command {command!r}{did_you_mean(command, [*STAGES, *TOOLS])} (numlp --help lists them)", file=sys.stderr)
    return 2


def _about(flag: str) -> int:
    """Print the version, or the commands."""
    if flag == "--version":
        from numlp import __version__

        print(f"numlp {__version__}")
    else:
        from numlp import usage

        print(usage.commands(STAGES, TOOLS))
    return 0
