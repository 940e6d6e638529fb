"""numlp: k-layer networks with batch normalization, by hand in NumPy, as a reproducible pipeline.

The names of `__all__` are the public face: for library users, `import numlp` and then `numlp.Network(...)`; for the files of conf/,
`_target_: numlp.Adam`. They stand in __init__.pyi, with their modules; each is imported when it is first used, so that `import numlp` alone
imports no NumPy. The package's own modules import from each other and not from here.
"""

import ast
import os
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

# OpenBLAS reads it once, when NumPy is imported. After a product its threads wait for the next one in a loop that takes a core, for 2^28
# clock cycles or 0.1 s: 2^20 leave the core to the threads of an update (numlp.threads), and products that follow each other are as fast.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")

__version__ = version("numlp")


def _read_homes() -> dict[str, str]:
    """The module of each public name, by __init__.pyi; no module is imported."""
    face, homes = Path(__file__), {}
    for node in ast.parse(face.with_suffix(".pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            module, names = str(node.module), [alias.name for alias in node.names]
            if names == ["*"]:
                source = face.parents[1].joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
                names = re.findall(r'"(\w+)"', source.partition("__all__ = [")[2].partition("]")[0])
            homes |= dict.fromkeys(names, module)
    return homes


_HOMES = _read_homes()
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'numlp' has no attribute {name!r}")
    globals()[name] = getattr(import_module(_HOMES[name]), name)
    return globals()[name]


def __dir__() -> list[str]:
    return ["__version__", *__all__]
