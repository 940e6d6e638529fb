"""The table of all commands: the module of each, what it does, and examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        module: With `run(config, out, invocation)` when the command is composed; else its entry.
        about: What it does, for --help.
        composed: Its arguments are choices and values, which Hydra composes.
        needs: "project": it runs in one; "model": in one, or anywhere with --model; "nothing": anywhere.
    """

    module: str
    about: str
    composed: bool = False
    needs: Literal["project", "model", "nothing"] = "project"

    def needs_project(self, arguments: Sequence[str]) -> bool:
        """Whether it cannot run outside a project with these arguments."""
        return self.needs == "project" or (self.needs == "model" and "--model" not in arguments)

    @property
    def entry(self) -> str:
        """The module that the command line calls: with `run(arguments)`, and `add_arguments(parser)` where it takes any."""
        return "numlp.cli.launch" if self.composed else self.module


COMMANDS = {
    "download": Command("numlp.stages.download", "get the raw images, or make the synthetic ones", composed=True),
    "resolve": Command("numlp.stages.resolve", "write params.yaml and the chosen files of conf/ as one file", composed=True),
    "normalise": Command("numlp.stages.normalise", "split the images and normalise them", composed=True),
    "train": Command("numlp.stages.train", "train a network; with -m, one for each combination of choices", composed=True),
    "evaluate": Command("numlp.stages.evaluate", "measure the trained network on the three splits", composed=True),
    "plot": Command("numlp.stages.plot", "draw the curves, the confusion matrix, the first layer and the worst errors", composed=True),
    "lr-range": Command(
        "numlp.cli.lr_range", "raise the learning rate in a short training, and suggest eta_min and eta_max", composed=True
    ),
    "gradcheck": Command("numlp.cli.gradcheck", "compare the gradients with central differences", composed=True),
    "init": Command("numlp.cli.init", "lay out a new project in a folder of its own", needs="nothing"),
    "run": Command("numlp.cli.run", "run the whole pipeline by DVC, on CIFAR-10 where it can be had; choices are in params.yaml"),
    "doctor": Command("numlp.cli.doctor", "check the environment, the data, DVC and MLflow, and say what to do", needs="nothing"),
    "predict": Command("numlp.cli.predict", "name what a trained network sees in PNG or JPEG files", needs="model"),
    "export": Command("numlp.cli.export", "write a trained network as ONNX, for other programs", needs="model"),
    "register": Command("numlp.cli.register", "name a trained network in MLflow's registry, with its figures"),
    "compare": Command(
        "numlp.cli.compare", "set two trained runs, or up to eight, against each other: choices, curves, classes, significance, examples"
    ),
    "runs": Command("numlp.cli.runs", "list the runs that MLflow knows, with what tells them apart; filter them, or take the best"),
    "health": Command("numlp.cli.health", "draw the layers' health of one to four runs with train.health=true, side by side"),
    "page": Command("numlp.cli.page", "write one run as one HTML file that needs no network: accuracies, figures, settings"),
    "show": Command("numlp.cli.show", "print the pipeline's latest figures, and how to go on"),
    "verify": Command("numlp.cli.verify", "run the pipeline again in a clone elsewhere, and compare its sums with dvc.lock"),
    "ui": Command("numlp.cli.ui", "open MLflow on the project's runs, for this machine alone"),
}
EXAMPLES = {
    "init": ("numlp init demo && cd demo && numlp run         a project, and its pipeline",),
    "train": (
        "numlp train model=mlp9 norm=none lam=0.001      one run, in outputs/",
        "numlp train -m norm=none,before init=he,xavier  a run of each combination, in multirun/",
        "numlp train model.hidden=[100,50] optim=adam schedule.eta_max=0.001",
        "numlp train +experiment=e01_three_layers        an experiment of the reports",
        "numlp train --cfg job                           what would run",
    ),
    "gradcheck": (
        "numlp gradcheck                                 the reports' networks, a sample of each parameter's entries",
        "numlp gradcheck gradcheck.entries=all           every entry, which takes minutes",
        "numlp gradcheck model.hidden=[20,20] norm=after",
    ),
}


def examples(*names: str) -> str:
    """Those of commands, for the end of a help; empty when they have none."""
    lines = [line for name in names for line in EXAMPLES.get(name, ())]
    return "\n  ".join(("examples:", *lines)) if lines else ""
