"""A rehearsal of the reproduction: runs of two updates."""

from pathlib import Path

from projects import FEW

ROOT = Path(__file__).resolve().parents[2]
PIXELS = "model.inputs=48"  # of the 3,072: what is tested are runs, not networks
SMALL = [*FEW, "train.epochs=0.02"]  # two updates of 100 images
