"""numlp: k-layer networks with batch normalisation, by hand in NumPy, as a reproducible pipeline."""

import os
from importlib.metadata import version

# OpenBLAS reads it once, when NumPy is imported. After a product its threads wait for the next one in a loop that takes a core, for 2^28
# clock cycles or 0.1 s: 2^20 leave the core to the threads of an update (numlp.threads), and products that follow each other are as fast.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")

__version__ = version("numlp")
