"""`numlp reports`: the whole reproduction by DVC; what was done before is not done again."""

import re
from collections.abc import Sequence
from pathlib import Path

from numlp.compose import notice
from numlp.errors import require
from numlp.files import write_text
from numlp.stages.reproduce import PARAMS, read_params
from numlp.stages.run import repro

PROJECT = Path("reproduction")  # of its own to DVC: it depends on files of the pipeline, not on its stages


def main(argv: Sequence[str]) -> int:
    """Run every experiment with the seeds asked for, `seeds=0,1,2`, or those of reproduction/params.yaml; the exit code is DVC's."""
    require(len(argv) <= 1, "numlp reports", "nothing, or seeds=0,1,2", arguments=list(argv))
    own = notice(Path.cwd())  # the results are in git: they are of the choices that are there too
    require(not own, "numlp reports", f"params.yaml's own choices, got {own}")
    for argument in argv:
        set_seeds(PARAMS, argument)
    return repro(Path(), "download") or repro(PROJECT)


def set_seeds(path: Path, argument: str) -> None:
    """Write `seeds=0,1,2` to the reproduction's params.yaml, and leave the rest as it is.

    Raises:
        UserError: They are not whole numbers.
    """
    match = re.fullmatch(r"seeds=(\d+(?:,\d+)*)", argument.replace(" ", ""))
    require(match is not None, "numlp reports", "seeds=0,1,2", argument=argument)
    assert match is not None
    read_params(path)
    text = path.read_text()
    seeds = f"seeds: [{', '.join(match[1].split(','))}]"
    changed = re.sub(r"^seeds: \[.*?\]", seeds, text, count=1, flags=re.MULTILINE)
    if changed != text:
        write_text(path, changed)
