"""R0's and R1's claims about the initial weights, and ours about where R0's failure comes from."""

from collections.abc import Sequence

from reproduction.claims.claim import MATTERS, Check, Claim, Evidence, above, below, chance, equal, near, spread
from reproduction.measured import paired
from reproduction.significance import Part

SIGMAS = ("0.1", "0.001", "0.0001")
FAULTY = "x07 base=e09;norm=before;init.sigma={}"
"""Nine layers whose backward pass takes mean and variance from the moving average."""


def _stays_at_chance(experiment: str, sigmas: Sequence[str]) -> Check:
    def check(e: Evidence) -> list[Part]:
        return [chance(f"test accuracy without batch norm, sigma {s}", e.value(f"{experiment} norm=none;init.sigma={s}")) for s in sigmas]

    return check


def _does_not_care(e: Evidence, experiment: str, margin: float) -> list[Part]:
    """Each two sigmas, with batch norm, differ by no more than the margin."""
    runs = {s: f"{experiment} norm=before;init.sigma={s}" for s in SIGMAS}
    pairs = (("0.001", "0.1"), ("0.0001", "0.1"), ("0.0001", "0.001"))
    return [equal(f"test, sigma {a} minus {b}", e.gain(runs[a], runs[b]), margin) for a, b in pairs]


def _nine_fail(e: Evidence) -> list[Part]:
    runs = {s: e.value(f"e09 norm=before;init.sigma={s}") for s in ("0.001", "0.0001")}
    return [below(f"test accuracy with batch norm, sigma {s}", values, 40, "%") for s, values in runs.items()]


def _nine_fail_with_fault(e: Evidence) -> list[Part]:
    runs = {s: e.value(FAULTY.format(s)) for s in ("0.001", "0.0001")}
    return [below(f"test accuracy with batch norm and the mistake, sigma {s}", values, 40, "%") for s, values in runs.items()]


def _more_sensitive(e: Evidence) -> list[Part]:
    nine, three = (spread(*(e.accuracy(f"{x} norm=before;init.sigma={s}") for s in SIGMAS)) for x in ("e09", "e08"))
    return [above("range over sigma of nine layers minus that of three", paired(nine, three), MATTERS)]


def _more_sensitive_with_fault(e: Evidence) -> list[Part]:
    """The three layers with the mistake are those of sigma 1e-4; it changes nothing there, and the others are as they should be."""
    nine = spread(*(e.accuracy(FAULTY.format(s)) for s in SIGMAS))
    right = [e.accuracy(f"e08 norm=before;init.sigma={s}") for s in SIGMAS[:2]]
    three = spread(*right, e.accuracy("x07 base=e08;norm=before;init.sigma=0.0001"))
    return [above("range over sigma of nine layers minus that of three, with the mistake", paired(nine, three), MATTERS)]


def _recover_with_fault(e: Evidence) -> list[Part]:
    gain = e.gain("x07 base=e11;train.cycles=3", FAULTY.format("0.0001"))
    return [above("test, 3 cycles minus 2, with the mistake", gain, MATTERS)]


def _robust(e: Evidence) -> list[Part]:
    runs = {s: e.value(f"e17 norm=before;init.sigma={s}") for s in SIGMAS}
    return [above(f"test accuracy with batch norm, sigma {s}", values, 52, "%") for s, values in runs.items()]


def _depends_on_eps(e: Evidence) -> list[Part]:
    small, large = (f"x01 norm.eps={eps};moments.alpha=0.9;init.sigma=0.0001" for eps in ("2.220446049250313e-16", "1e-05"))
    return [above("test, sigma 0.0001: eps 2.2e-16 minus 1e-5", e.gain(small, large), MATTERS), chance("test, eps 1e-5", e.value(large))]


def _not_on_alpha(e: Evidence) -> list[Part]:
    runs = {a: f"x01 norm.eps=2.220446049250313e-16;moments.alpha={a};init.sigma=0.0001" for a in ("0.9", "0.99")}
    return [equal("test, sigma 0.0001, eps 2.2e-16: alpha 0.99 minus 0.9", e.gain(runs["0.99"], runs["0.9"]))]


def _one_cycle(e: Evidence) -> list[Part]:
    """R0's test accuracies without batch norm from sigma 0.1, by hidden layers."""
    published = {"[50,50]": 51.19, "[50,50,20]": 50.38, "[50,50,20,20]": 48.28, "[50,50,20,20,10,10]": 10.0}
    runs = {hidden: e.value(f"x05 model.hidden={hidden}") for hidden in published}
    return [near(f"test accuracy after one cycle, hidden {hidden}", runs[hidden], value) for hidden, value in published.items()]


CLAIMS = (
    Claim(
        "R0.4",
        "R0, table 12",
        "Without batch norm, three layers stay at chance for sigma of 1e-3 and less.",
        ("e08",),
        _stays_at_chance("e08", SIGMAS[1:]),
    ),
    Claim(
        "R0.5",
        "R0, A5",
        "With batch norm, three layers are not much affected by sigma: by less than 4 percentage points, R0's own range (3.92).",
        ("e08",),
        lambda e: _does_not_care(e, "e08", 4),
    ),
    Claim(
        "R0.6",
        "R0, table 14",
        "Without batch norm, nine layers stay at chance for any fixed sigma.",
        ("e09",),
        _stays_at_chance("e09", SIGMAS),
    ),
    Claim(
        "R0.7",
        "R0, table 14",
        "With batch norm, nine layers fail at sigma 1e-3 and 1e-4: below 40 %.",
        ("e09", "x07"),
        _nine_fail,
        _nine_fail_with_fault,
    ),
    Claim(
        "R0.8",
        "R0, A5",
        "Nine layers with batch norm are more sensitive to sigma than three, by more than 1.5 percentage points.",
        ("e08", "e09", "x07"),
        _more_sensitive,
        _more_sensitive_with_fault,
    ),
    Claim(
        "R0.9",
        "R0, A5 and appendix 4",
        "Given a third cycle, nine layers recover from sigma 1e-4: by more than 1.5 percentage points.",
        ("e11", "x07"),
        lambda e: [above("test, 3 cycles minus 2", e.gain("e11 train.cycles=3", "e11 train.cycles=2"), MATTERS)],
        _recover_with_fault,
    ),
    Claim("R1.6", "R1, section 3.4", "With batch norm, each sigma gives more than 52 % test.", ("e17",), _robust),
    Claim(
        "R1.7",
        "R1, section 3.4",
        "Batch norm makes three layers robust to sigma: no two differ by 1.5 percentage points.",
        ("e17",),
        lambda e: _does_not_care(e, "e17", MATTERS),
    ),
    Claim(
        "R1.8", "R1, table 4", "Without batch norm, sigma of 1e-3 and less does not learn.", ("e17",), _stays_at_chance("e17", SIGMAS[1:])
    ),
    Claim(
        "R1.9",
        "R1, table 4",
        "Without batch norm, sigma 0.1 hardly learns either (19.66 %): below 40 %. R0's table 12 has 51.19 % for the same.",
        ("e17",),
        lambda e: [below("test accuracy without batch norm, sigma 0.1", e.value("e17 norm=none;init.sigma=0.1"), 40, "%")],
    ),
    Claim(
        "X.1",
        "ours, on R0 table 14",
        "Whether nine layers with batch norm train from sigma 1e-4 depends on eps: they do with 2.2e-16, and stay at chance with 1e-5.",
        ("x01",),
        _depends_on_eps,
    ),
    Claim(
        "X.2",
        "ours, on R0 table 14",
        "The weight of the moving average has no part in it: alpha 0.99 ends where 0.9 does.",
        ("x01",),
        _not_on_alpha,
    ),
    Claim(
        "X.5",
        "ours, on R0, table 12 and A5",
        "From sigma 0.1 and without batch norm, R0's figures are those of one cycle (within 1.5 percentage points).",
        ("x05",),
        _one_cycle,
    ),
)
