"""Where time goes, by looking at the stack some hundred times a second: no code is changed, and little is slowed down."""

import signal
from collections import defaultdict
from collections.abc import Sequence
from time import perf_counter
from types import FrameType

# What a stack is counted as: the first of these that has a frame from such a file, and in such a function where one is named.
Rules = Sequence[tuple[str, str, str]]

STEP: Rules = (
    ("batch norm", "numlp/nn/batch_norm.py", ""),
    ("batch norm", "numlp/nn/moments.py", ""),
    ("products", "numlp/nn/linear.py", ""),
    ("activation", "numlp/nn/activations.py", ""),
    ("loss", "numlp/nn/loss.py", ""),
    ("update", "numlp/optim/", ""),
    ("gather", "numlp/data/", ""),
    ("gather", "numlp/training/updates.py", "_gather"),
    ("gather", "numlp/threads.py", "one_ahead"),
    ("gather", "numlp/training/batches.py", ""),
)
PIPELINE: Rules = (
    ("imports", "importlib._bootstrap>", ""),
    ("logging: MLflow", "numlp/tracking/", ""),
    ("recording", "numlp/training/trainer.py", "record"),
    ("checkpoints", "numlp/runs/checkpoint.py", ""),
    ("training", "numlp/training/updates.py", ""),
    ("evaluation", "numlp/training/evaluator.py", ""),
    ("plots", "numlp/display/", ""),
    ("data", "numlp/data/", ""),
    ("rest of the stages", "numlp/stages/", ""),
    ("composing: Hydra", "hydra/", ""),
)


class Sampler:
    """Counts the time between two looks as what the second finds; a long call into C is one long look.

    Args:
        rules: What to count as what; anything else is "rest".
        interval: Seconds between looks, which cost some 5 us each.

    Attributes:
        seconds: By what they went to.
    """

    def __init__(self, rules: Rules, interval: float) -> None:
        self.rules, self.interval = rules, interval
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = 0.0

    def __enter__(self) -> "Sampler":
        self._handler = signal.signal(signal.SIGALRM, self._look)
        signal.siginterrupt(signal.SIGALRM, False)  # system calls resume
        self._last = perf_counter()
        signal.setitimer(signal.ITIMER_REAL, self.interval, self.interval)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)
        self._count("rest")

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._count(counted_as(self.rules, frame))

    def _count(self, name: str) -> None:
        now = perf_counter()
        self.seconds[name] += now - self._last
        self._last = now


def counted_as(rules: Rules, frame: FrameType | None) -> str:
    """Name of the first rule that a frame of the stack fits."""
    stack: list[tuple[str, str]] = []
    while frame is not None:
        stack.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    for name, file, function in rules:
        if any(file in filename and function in ("", called) for filename, called in stack):
            return name
    return "rest"
