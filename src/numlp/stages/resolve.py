"""`numlp resolve`: params.yaml and the chosen files of conf/ as one file, of which each DVC stage names the keys it reads."""

from dataclasses import asdict
from pathlib import Path

from omegaconf import OmegaConf

from numlp import paths
from numlp.config import Config
from numlp.files import write_text
from numlp.results.identity import stage_keys


def run(config: Config, out: Path) -> None:
    """Write build/resolved.yaml.

    The file has the settings, and under `keys` a digest per stage of the settings and the code that decide its outputs; all of it is below
    `resolved`, by which `dvc exp show --drop` can tell it from the keys of params.yaml.
    """
    content = {**asdict(config), "keys": stage_keys(config)}
    write_text(paths.RESOLVED, OmegaConf.to_yaml(OmegaConf.create({"resolved": content})))
