"""`numlp resolve`: params.yaml and the chosen files of conf/ as one file, of which each DVC stage names the keys it reads."""

from pathlib import Path

from omegaconf import OmegaConf

from numlp import machine
from numlp.compose import notice
from numlp.config import Config
from numlp.files import write_text
from numlp.stages import paths


def run(config: Config, out: Path) -> None:
    """Write build/resolved.yaml; say what this machine uses in place of a choice of params.yaml."""
    if line := notice(Path.cwd()):
        print(f"resolve: {line}")
    machine.bring(Path.cwd())
    write_text(paths.RESOLVED, OmegaConf.to_yaml(OmegaConf.structured(config)))
