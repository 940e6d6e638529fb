"""`numlp register`: a trained network as a version in MLflow's registry, with its figures."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from numlp import paths
from numlp.errors import require, without_password
from numlp.files import sha256
from numlp.inference.model_file import load_model
from numlp.paths import from_user
from numlp.tracking import address, find_run, register


def main(argv: Sequence[str]) -> int:
    """Register the model of a run, and say how to load it.

    Raises:
        UserError: There is no model, or MLflow has no run of it.
    """
    parser = argparse.ArgumentParser(
        "numlp register", description="make a trained network a version in MLflow's registry, with its figures"
    )
    parser.add_argument(
        "--model", type=from_user, default=paths.TRAIN / paths.MODEL, help="a model.npz (default: %(default)s, the pipeline's)"
    )
    parser.add_argument("--name", default="numlp", help="in the registry (default: %(default)s)")
    asked = parser.parse_args(argv)
    require(re.fullmatch(r"[\w.-]+", asked.name) is not None, "numlp register", "a name of letters, digits, _, - and .", name=asked.name)
    load_model(asked.model)
    run_id = find_run(Path.cwd(), sha256(asked.model))
    require(
        run_id is not None,
        "numlp register",
        "a model that MLflow has a run of (another store? MLFLOW_TRACKING_URI)",
        model=str(asked.model),
    )
    assert run_id is not None
    made = register(Path.cwd(), run_id, asked.name)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in sorted(made.metrics.items()))
    print(f"register: {made.uri}{'' if made.new else ' (registered before)'}: {figures}")
    print(f"  export MLFLOW_TRACKING_URI={without_password(address(Path.cwd()))}")
    print(f"  mlflow models predict -m {made.uri} --env-manager local -i INPUT.json")
    print(f"  in Python: mlflow.pyfunc.load_model({made.uri!r})")
    return 0
