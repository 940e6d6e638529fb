"""`numlp register`: a trained network as a version in MLflow's registry, with its metrics."""

import argparse
import re
from pathlib import Path

from numlp.cli.commands import add_model
from numlp.cli.export import require_standalone
from numlp.errors import UserError, require, without_password
from numlp.files import sha256
from numlp.inference.model_file import load_model
from numlp.tracking.models import register
from numlp.tracking.queries import find_run
from numlp.tracking.store import address


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --model and --name."""
    add_model(parser)
    parser.add_argument("--name", default="numlp", help="name in the registry (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Register the model of a run, and say how to load it."""
    plain = re.fullmatch(r"[\w.-]+", arguments.name) is not None
    require(plain, "numlp register", "a --name of letters, digits, _, - and .", name=arguments.name)
    model = load_model(arguments.model)
    model.require_images("numlp register")
    require_standalone(model, "numlp register")
    run_id = find_run(Path.cwd(), sha256(arguments.model))
    if run_id is None:
        raise UserError(f"no MLflow run has logged {arguments.model}; check MLFLOW_TRACKING_URI, or train the network again")
    uri, metrics, new = register(Path.cwd(), run_id, arguments.name)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in sorted(metrics.items()))
    print(f"register: {uri}{'' if new else ' (already registered)'}: {figures}")
    print(f"  export MLFLOW_TRACKING_URI={without_password(address(Path.cwd()))}")
    print(f"  mlflow models predict -m {uri} --env-manager local -i INPUT.json")
    print(f"  in Python: mlflow.pyfunc.load_model({uri!r})")
    return 0
