"""numlp: k-layer networks with batch normalization, by hand in NumPy, as a reproducible pipeline.

The names of `__all__` are the public face: for library users, `import numlp` and then `numlp.Network(...)`; for the files of conf/,
`_target_: numlp.Adam`. They stand in __init__.pyi, with their modules; each is imported when it is first used, so that `import numlp` alone
imports no NumPy. The package's own modules import from each other and not from here.
"""

import ast
import os
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

# OpenBLAS reads it once, when NumPy is imported. After a product its threads wait for the next one in a loop that takes a core, for 2^28
# clock cycles or 0.1 s: 2^20 leave the core to the threads of an update (numlp.threads), and products that follow each other are as fast.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")

__version__ = version("numlp")

_NODES = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")).body
_HOMES = {alias.name: str(node.module) for node in _NODES if isinstance(node, ast.ImportFrom) for alias in node.names}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'numlp' has no attribute {name!r}")
    globals()[name] = getattr(import_module(_HOMES[name]), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
