"""`numlp resolve`: params.yaml and the chosen files of conf/ as one file, of which each DVC stage names the keys it reads."""

from pathlib import Path

from omegaconf import OmegaConf

from numlp.config import Config
from numlp.files import write_text
from numlp.stages import paths


def run(config: Config, out: Path) -> None:
    """Write build/resolved.yaml."""
    write_text(paths.RESOLVED, OmegaConf.to_yaml(OmegaConf.structured(config)))
