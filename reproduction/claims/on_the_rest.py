"""The reports' claims about width, cycles, records, moments, the optimizer and the gradient checks."""

import math
from collections.abc import Sequence
from itertools import pairwise

from reproduction.claims.claim import MATTERS, Claim, Evidence, about, above, equal, near
from reproduction.gradient_checks import Checked
from reproduction.measured import NoDataError, paired
from reproduction.significance import Part

BASE = "e01 norm=before"


def _methods(e: Evidence) -> list[Part]:
    runs = {"1 cycle": "e19 train.record.cost={}", "3 cycles": "e20 model.hidden=[50];train.record.cost={}"}
    pairs = (("aggregated", "full"), ("smoothed", "full"), ("smoothed", "aggregated"))
    return [equal(f"test, {name}: {a} minus {b}", e.gain(run.format(a), run.format(b))) for name, run in runs.items() for a, b in pairs]


SHORT, LONG = "e19 train.record.cost=aggregated", "e20 model.hidden=[50];train.record.cost=aggregated"
WIDE = "e20 model.hidden=[100];train.record.cost=aggregated"


def _nodes_or_cycles(e: Evidence) -> list[Part]:
    nodes, cycles = e.gain(WIDE, LONG), e.gain(LONG, SHORT)
    return [above("test: gain by 100 nodes for 50, minus gain by 3 cycles of 16 epochs for 1 of 10", paired(_by(nodes), _by(cycles)))]


def _by(values: Sequence[float]) -> dict[int, float]:
    return dict(enumerate(values))


def _cycles_fit_more(e: Evidence) -> list[Part]:
    train, test = e.gain(LONG, SHORT, "train"), e.gain(LONG, SHORT, "test")
    return [
        above("training accuracy: 3 cycles minus 1", train),
        equal("test accuracy: 3 cycles minus 1", test),
        above("the gain in training minus the gain in test", paired(_by(train), _by(test))),
    ]


def _width(e: Evidence) -> list[Part]:
    widths = (200, 100, 50, 10)
    return [
        above(f"test: {more} nodes minus {less}", e.gain(f"e23 model.hidden=[{more}]", f"e23 model.hidden=[{less}]"))
        for more, less in pairwise(widths)
    ]


def _pixels(e: Evidence) -> list[Part]:
    few, all_ = ("e33 model.inputs=20;split=first100", "e33 model.inputs=3072;split=first100")
    return [above("training accuracy on 100 images: 3072 dimensions minus 20", e.gain(all_, few, "train"), MATTERS)]


def _grows(e: Evidence, case: str, norm: str) -> list[Part]:
    """Log10 of the first layer's mean absolute difference of W over the last one's, a network each."""
    rows = [row for row in e.gradients if (row.case, row.norm, row.kind) == (case, norm, "W")]
    if not rows:
        raise NoDataError(f"no gradient checks of {case}")
    return [
        above(f"hidden {hidden}: log10 of first over last layer", tuple(_ratios(rows, hidden)), math.log10(2), "decades")
        for hidden in dict.fromkeys(row.hidden for row in rows)
    ]


def _ratios(rows: list[Checked], hidden: str) -> list[float]:
    layers = {(row.seed, row.layer): row.mean_abs for row in rows if row.hidden == hidden}
    last = max(layer for _, layer in layers)
    return [math.log10(layers[seed, 1] / layers[seed, last]) for seed in sorted({seed for seed, _ in layers})]


CLAIMS = (
    Claim(
        "R0.14",
        "R0, A1",
        "Differences between the gradients grow towards the first layer (batch norm, sigma 0.01): at least twofold.",
        ("G1",),
        lambda e: _grows(e, "G1", "before"),
    ),
    Claim(
        "R4.6",
        "R4, section 2.1",
        "Differences between the gradients grow towards the first layer, with and without batch norm: at least twofold.",
        ("G4",),
        lambda e: [*_grows(e, "G4", "none"), *_grows(e, "G4", "before")],
    ),
    Claim(
        "R2.1",
        "R2, answer 2.i",
        "Two layers overfit 100 images: more than 80 % in training.",
        ("e18",),
        lambda e: [above("training accuracy", e.value("e18", "train"), 80, "%")],
    ),
    Claim("R2.2", "R2, answer 2.i", "Twenty dimensions do not give what all 3072 do.", ("e33",), _pixels),
    Claim(
        "R2.3",
        "R2, table 4",
        "The three ways to record the cost end at the same accuracy (within 1.5 percentage points).",
        ("e19", "e20"),
        _methods,
    ),
    Claim("R2.4", "R2, answer 2.ii", "More hidden nodes help more than more cycles.", ("e19", "e20"), _nodes_or_cycles),
    Claim(
        "R2.7",
        "R2, answer 2.ii",
        "More cycles help in training, and hardly in test (by less than 1.5 percentage points).",
        ("e19", "e20"),
        _cycles_fit_more,
    ),
    Claim("R2.8", "R2, answer 2.v", "More hidden nodes, more accuracy: 200 > 100 > 50 > 10.", ("e23",), _width),
    Claim(
        "R3.1",
        "R3, section 2",
        "Precise statistics add about 2 percentage points (1 to 3).",
        ("e24", "e01"),
        lambda e: [about("test, precise minus moving average", e.gain("e24", BASE), 2)],
    ),
    Claim(
        "R3.2",
        "R3, section 3",
        "Adaptive statistics make no big difference (within 1.5 percentage points).",
        ("e25", "e01"),
        lambda e: [equal("test, adaptive minus moving average", e.gain("e25", BASE))],
    ),
    Claim(
        "R3.3",
        "R3, section 4",
        "Batch norm after the activation is slightly better than before, and not by much (0 to 1.5 percentage points).",
        ("e26", "e01"),
        lambda e: [Part("test, after minus before", e.gain("e26", BASE), 0, MATTERS)],
    ),
    Claim(
        "R3.4",
        "R3, section 5",
        "Adam adds about 3 percentage points (2 to 4). R3 does not say its rates: eta_max 0.001, the best by validation of five.",
        ("e27", "e01"),
        lambda e: [about("test, Adam minus SGD", e.gain("e27 schedule.eta_max=0.001", BASE), 3)],
    ),
    Claim(
        "R3.5",
        "R3, section 6",
        "Nine layers could not perform as well as three.",
        ("e02", "e01"),
        lambda e: [above("test, three layers minus nine, with batch norm", e.gain(BASE, "e02 norm=before"))],
    ),
    Claim(
        "R3.6",
        "R3, section 6",
        "More nodes in each hidden layer make up for it: above nine narrow layers, by more than 1.5 percentage points.",
        ("e28", "e02"),
        lambda e: [above("test, wider nine hidden layers minus E02's eight, with batch norm", e.gain("e28", "e02 norm=before"), MATTERS)],
    ),
    Claim(
        "X.6",
        "ours, on R2, answer 2.i",
        "R2's 54.3 % on 10,000 images is what half the updates give: 200 epochs in batches of 200 (within 1.5 percentage points).",
        ("x04",),
        lambda e: [near("training accuracy", e.value("x04", "train"), 54.3)],
    ),
    Claim(
        "X.7",
        "ours, on R3, section 2",
        "R3's 54.8 % is within 1.5 percentage points of what more images and more cycles give: 49,000 and four.",
        ("x06",),
        lambda e: [near("test accuracy", e.value("x06"), 54.8)],
    ),
)
