"""`numlp run`: the whole pipeline by DVC, on CIFAR-10 where it is available, and its metrics."""

import argparse
import sys
from pathlib import Path

from omegaconf import OmegaConf

from numlp import paths
from numlp.cli import show
from numlp.cli.dvc import repro
from numlp.config import DataConfig
from numlp.config.compose import compose_project, read_params, replacement_notice
from numlp.config.local_choices import read_substitutes, substitute
from numlp.data.cifar10 import Unavailable, find_archive
from numlp.data.sources import holds_source

CIFAR10, SYNTHETIC = paths.CIFAR10.stem, "synthetic"  # files of conf/data


def run(arguments: argparse.Namespace) -> int:
    """Choose the data, run `dvc repro`, and print the figures; the exit code is DVC's."""
    choose_data()
    changed = paths.DOWNLOAD.exists() and not holds_source(paths.DOWNLOAD, compose_project(Path.cwd()).data.source)
    if changed and (code := repro(Path(), "--force", "--single-item", paths.DOWNLOAD.name)):  # DVC cannot see CIFAR10_ARCHIVE
        return code
    return repro(Path()) or show.run(arguments)


def choose_data() -> None:
    """Use synthetic images on this machine when params.yaml asks for CIFAR-10 and there is none, in one loud line; and end that."""
    root, missing = Path.cwd(), ""
    chosen = read_params(root)[0].get("data")
    if chosen == CIFAR10 and read_substitutes(root).get("data", {}).get(CIFAR10, SYNTHETIC) == SYNTHETIC:  # else the user's own word holds
        missing = why_missing(root / paths.CIFAR10)
        substitute(root, "data", CIFAR10, SYNTHETIC if missing else None)
    line = replacement_notice(root)
    if missing:
        print(f"*** NO CIFAR-10: RUNNING ON SYNTHETIC IMAGES. {line}. {missing}", file=sys.stderr)
    elif line:
        print(line)


def why_missing(description: Path) -> str:
    """Why there is no CIFAR-10, in a line; empty when there is, after a download if need be."""
    source = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(DataConfig), OmegaConf.load(description)))
    assert isinstance(source, DataConfig)
    try:
        if not holds_source(paths.DOWNLOAD, source.source):
            find_archive(source.source, paths.DATA)
    except Unavailable as reason:
        return str(reason).splitlines()[0]
    return ""
