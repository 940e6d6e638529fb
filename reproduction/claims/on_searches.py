"""The reports' claims about lambda and the learning rate."""

from statistics import fmean

from numlp.data.normalise import Name
from reproduction.claims.claim import Check, Claim, Evidence, above, equal, mean_of
from reproduction.measured import NoDataError, Run, paired
from reproduction.significance import Part


def _ends_lose(e: Evidence) -> list[Part]:
    best, small, large = (f"e05 lam={lam}" for lam in ("0.0035621657857409636", "1.3857911624979211e-05", "0.07551817375745834"))
    decade = [f"e14 lam={lam}" for lam in ("0.01", "0.00001", "0.1")]
    return [
        above("R0, validation, 3 layers: lambda 0.0036 minus 1.4e-5", e.gain(best, small, "val")),
        above("R0, validation, 3 layers: lambda 0.0036 minus 0.076", e.gain(best, large, "val")),
        above("R1, validation, 3 layers: lambda 1e-2 minus 1e-5", e.gain(decade[0], decade[1], "val")),
        above("R1, validation, 3 layers: lambda 1e-2 minus 1e-1", e.gain(decade[0], decade[2], "val")),
    ]


def _best(experiment: str, lam: str, split: Name) -> Check:
    """The published best lambda is above the mean of the search's other published ones."""

    def check(e: Evidence) -> list[Part]:
        best = e.accuracy(f"{experiment} lam={lam}", split)
        chosen = e.measured.run(experiment, f"lam={lam}")
        others = [run.accuracy(split) for run in _published(e, experiment) if run != chosen]
        return [above(f"{split}: lambda {float(lam):.3g} minus the mean of the {len(others)} others", paired(best, mean_of(*others)))]

    return check


def _published(e: Evidence, experiment: str) -> list[Run]:
    runs = [run for run in e.measured.of(experiment) if not run.own]
    if len(runs) < 2:
        raise NoDataError(f"{experiment} has fewer than two runs")
    return runs


def _narrow(experiment: str, split: Name, margin: float) -> Check:
    """No published lambda of a fine search is away from the mean of all by the margin."""

    def check(e: Evidence) -> list[Part]:
        runs = _published(e, experiment)
        middle = mean_of(*(run.accuracy(split) for run in runs))
        return [
            equal(f"{split}: lambda {run.number('lam'):.3g} minus the mean of all", paired(run.accuracy(split), middle), margin)
            for run in runs
        ]

    return check


def _small_range(e: Evidence) -> list[Part]:
    runs = _published(e, "e21")
    small = mean_of(*(run.accuracy() for run in runs if run.number("lam") < 1e-3))
    large = mean_of(*(run.accuracy() for run in runs if run.number("lam") > 1e-3))
    worst = e.accuracy("e21 lam=0.01757893078506135")
    return [
        above("test: mean of lambda below 1e-3 minus mean of those above", paired(small, large)),
        above("test: mean of lambda below 1e-3 minus lambda 0.018", paired(small, worst)),
    ]


def _r1_coarse(e: Evidence) -> list[Part]:
    others = ("0.00001", "0.0001", "0.001", "0.1")
    return [above(f"validation: lambda 1e-2 minus {float(lam):g}", e.gain("e14 lam=0.01", f"e14 lam={lam}", "val")) for lam in others]


def _r1_fine(e: Evidence) -> list[Part]:
    others = ("0.004", "0.01", "0.02", "0.04", "0.08")
    return [above(f"validation: lambda 8e-3 minus {lam}", e.gain("e15 lam=0.008", f"e15 lam={lam}", "val")) for lam in others]


def _rates(e: Evidence) -> list[Part]:
    runs = [f"e32 norm=before;schedule.eta={eta}" for eta in ("0.001", "0.01", "0.1")]
    return [
        above("training accuracy with batch norm: medium minus small rate", e.gain(runs[1], runs[0], "train")),
        above("training accuracy with batch norm: high minus medium rate", e.gain(runs[2], runs[1], "train")),
    ]


def _high_rate_pays(e: Evidence) -> list[Part]:
    """Our draws of E31 in the order of eta, each of the upper half against its counterpart in the lower.

    Source: Cox and Stuart 1955, https://doi.org/10.1093/biomet/42.1-2.80 (the pairs of a test for trend).
    """
    own = sorted((run for run in e.measured.of("e31") if run.own), key=lambda run: run.number("schedule.eta"))
    accuracies = [fmean(run.accuracies("val")) for run in own]
    half = len(own) // 2
    if half == 0:
        raise NoDataError("e31 has no two draws of ours")
    pairs = zip(accuracies[-half:], accuracies[:half], strict=True)
    return [above("validation: a draw of the upper half of eta minus its counterpart in the lower half", tuple(a - b for a, b in pairs))]


CLAIMS = (
    Claim("R0.11", "R0, table 9, and R1, table 2", "Very small and very large lambda lose.", ("e05", "e14"), _ends_lose),
    Claim("R0.12", "R0, table 9", "Lambda 0.00477 is the best of its search.", ("e06",), _best("e06", "0.004768558843785876", "val")),
    Claim("R0.13", "R0, table 10", "Lambda 0.0051 is the best of its search.", ("e07",), _best("e07", "0.005099999999999999", "val")),
    Claim(
        "X.3",
        "ours, on R0 table 10",
        "Within 0.0038 to 0.0081 lambda makes no difference: each draw is within 0.5 percentage points of their mean.",
        ("e07",),
        _narrow("e07", "val", 0.5),
    ),
    Claim("R1.4", "R1, table 2", "Of the decades, lambda 1e-2 is the best.", ("e14",), _r1_coarse),
    Claim("R1.5", "R1, table 3", "Around it, lambda 8e-3 is the best.", ("e15",), _r1_fine),
    Claim("R2.5", "R2, answer 2.iii", "In two layers the small lambda are the best, between 1e-5 and 1e-3.", ("e21",), _small_range),
    Claim("R2.6", "R2, answer 2.v", "Lambda 3.5e-5 is the best of its search.", ("e22",), _best("e22", "3.544673306817798e-05", "test")),
    Claim(
        "X.4",
        "ours, on R2 table 6",
        "Within 1e-5 to 1e-4 lambda makes no difference: each draw is within 0.5 percentage points of their mean.",
        ("e22",),
        _narrow("e22", "test", 0.5),
    ),
    Claim("R4.4", "R4, section 4", "Of the pairs, those with a high learning rate are the best.", ("e31",), _high_rate_pays),
    Claim("R4.5", "R4, section 5", "With batch norm, accuracy rises with the learning rate from 0.001 to 0.1.", ("e32",), _rates),
)
