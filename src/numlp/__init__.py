"""numlp: k-layer networks with batch normalisation, by hand in NumPy, as a reproducible pipeline."""

from importlib.metadata import version

__version__ = version("numlp")
