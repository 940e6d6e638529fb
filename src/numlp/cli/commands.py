"""The table of all commands: the module of each, its purpose and examples; and the exit codes."""

from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Literal

from numlp import paths

MODEL = paths.TRAIN / paths.MODEL  # the pipeline's model; --model stands for another one unless it is this very object


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        module: With `run(config, out)` when the command is composed; else with `run(arguments)`, and `add_arguments(parser)` if it has any.
        about: Its purpose; --help and the table of docs/commands.md show it.
        composed: Its arguments are settings, which Hydra composes.
        needs: "project": it runs in one; "model": it runs in one, or anywhere with --model; "nothing": it looks for none.
    """

    module: str
    about: str
    composed: bool = False
    needs: Literal["project", "model", "nothing"] = "project"


EXIT_CODES = {
    0: "success",
    1: "an error of the input or the machine, in one or two lines; a failed stage; a failed check of doctor, gradcheck, export --check",
    2: "an unknown command or argument",
    129: "stopped by SIGHUP: the terminal was closed",
    130: "stopped by Ctrl-C (SIGINT)",
    141: "the reader of the output closed the pipe",
    143: "stopped by SIGTERM",
}
COMMANDS = {
    "download": Command("numlp.stages.download", "download the raw images, or make the synthetic images", composed=True),
    "resolve": Command("numlp.stages.resolve", "write the composed configuration for DVC", composed=True),
    "normalise": Command("numlp.stages.normalise", "split and normalise the images", composed=True),
    "train": Command("numlp.stages.train", "train a network; with -m, one network per combination of values", composed=True),
    "evaluate": Command("numlp.stages.evaluate", "evaluate the pipeline's network on the three splits", composed=True),
    "plot": Command("numlp.stages.plot", "plot the figures of the pipeline's run", composed=True),
    "lr-range": Command("numlp.stages.lr_range", "run a learning-rate range test and suggest eta_min and eta_max", composed=True),
    "gradcheck": Command("numlp.cli.gradcheck", "compare the gradients with central differences", composed=True),
    "init": Command("numlp.cli.init", "create a project in a new or empty directory", needs="nothing"),
    "run": Command("numlp.cli.run", "run the DVC pipeline with the settings of params.yaml; print its metrics"),
    "doctor": Command("numlp.cli.doctor", "check the machine, the configuration, the data and MLflow; suggest remedies"),
    "predict": Command("numlp.cli.predict", "classify PNG, JPEG or WebP images", needs="model"),
    "export": Command("numlp.cli.export", "export a network as ONNX", needs="model"),
    "register": Command("numlp.cli.register", "register a network in MLflow's model registry, with its metrics"),
    "compare": Command("numlp.compare.command", "compare the settings, curves and classes of two to eight runs, and test for significance"),
    "log": Command("numlp.cli.log", "send MLflow what it lacks of a run, or of a sweep and its jobs, from their directory"),
    "runs": Command("numlp.cli.runs", "list the runs in MLflow; filter the runs, or show the best"),
    "health": Command("numlp.cli.health", "plot the layer diagnostics of one to four runs with train.health=true, side by side"),
    "show": Command("numlp.cli.show", "print the metrics of the pipeline's latest run"),
    "ui": Command("numlp.cli.ui", "open MLflow on the project's runs, on this machine only"),
}
EXAMPLES = {
    "init": """examples:
  numlp init demo && cd demo && numlp run         create a project and run its pipeline""",
    "train": """examples:
  numlp train model=mlp9 norm=none lam=0.001      train one network, in outputs/
  numlp train -m norm=none,before init=he,xavier  train one network per combination, in multirun/
  numlp train 'model.hidden=[100,50]' optim=adam schedule.eta_max=0.001
  numlp train +experiment=e01_three_layers        train an experiment of the reports
  numlp train --cfg job                           print the configuration and train nothing""",
    "gradcheck": """examples:
  numlp gradcheck                                 check the reports' networks, a sample of each parameter's entries
  numlp gradcheck gradcheck.entries=all           check every entry, which takes minutes
  numlp gradcheck 'model.hidden=[20,20]' norm=after""",
}


def add_model(parser: ArgumentParser) -> None:
    """Declare --model, a file that is the pipeline's by default."""
    text = "a model.npz file (default: %(default)s, the pipeline's model)"
    parser.add_argument("--model", type=paths.from_user, default=MODEL, help=text)
