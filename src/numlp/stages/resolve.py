"""`numlp resolve`: params.yaml and the chosen files of conf/ as one file, of which each DVC stage names the keys it reads."""

from dataclasses import asdict
from pathlib import Path

from omegaconf import OmegaConf

from numlp import paths
from numlp.config import Config, local_choices
from numlp.config.compose import replacement_notice
from numlp.files import write_text
from numlp.runs.identity import stage_keys


def run(config: Config, out: Path) -> None:
    """Write build/resolved.yaml; say what this machine uses in place of a setting of params.yaml.

    The file has the settings, and under `keys` a digest per stage of the settings and the code that decide its outputs; all of it is below
    `resolved`, by which `dvc exp show --drop` can tell it from the keys of params.yaml.
    """
    if line := replacement_notice(Path.cwd()):
        print(f"resolve: {line}")
    local_choices.copy_local_file(Path.cwd())
    content = {**asdict(config), "keys": stage_keys(config)}
    write_text(paths.RESOLVED, OmegaConf.to_yaml(OmegaConf.create({"resolved": content})))
