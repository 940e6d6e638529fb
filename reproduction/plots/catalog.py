"""Which plots belong to which experiment, in the style of the original."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from numlp.data.normalise import SPLITS, Name
from reproduction.measured import NoDataError
from reproduction.plots.draw_curves import common_limits, draw_curves, draw_together, draw_validation_accuracy
from reproduction.plots.draw_values import draw_against_names
from reproduction.plots.grids import EPS, SIGMAS, plot_eps_grid, plot_sigma_grid
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.searches import plot_searches
from reproduction.plots.source import Source, read_point

NORMS = {"norm=none": "Without batch norm", "norm=before": "With batch norm"}
BAND = "Mean of the seeds, in a band from lowest to highest."
RATES = {"0.001": "eta 0.001", "0.01": "eta 0.01", "0.1": "eta 0.1"}


def build_plots(source: Source) -> dict[str, list[Plots]]:
    """All plots by experiment; those whose runs were not measured are left out."""
    return {experiment: list(_made(source, experiment, makers)) for experiment, makers in PLANS.items()}


Maker = Callable[[Source, str], Plots]


def _made(source: Source, experiment: str, makers: Sequence[Maker]) -> Iterator[Plots]:
    for make in makers:
        try:
            yield make(source, experiment)
        except NoDataError:
            continue


def _side_by_side(titles: dict[str, str], caption: str = BAND, name: str = "curves") -> Maker:
    """Curves of several runs, a column each, on the same axes."""

    def make(source: Source, experiment: str) -> Plots:
        runs = {title: source.measured.recorded(experiment, key) for key, title in titles.items()}
        ends = common_limits(list(runs.values()))
        plots = []
        for number, (title, run) in enumerate(runs.items(), start=1):
            draw = partial(draw_curves, run, title, source.subtitle(run), ends, source.published(run))
            alt = f"{experiment.upper()}, {title}: cost, loss and accuracy in training and validation against the update step"
            plots.append(Plot(f"{experiment}_{name}_{number}", alt, draw))
        return Plots(tuple(plots), caption)

    return make


def _sigma(sigma: str) -> Maker:
    titles = {f"{norm};init.sigma={sigma}": f"{title}, sigma {float(sigma):g}" for norm, title in NORMS.items()}
    return _side_by_side(titles, f"Sigma {float(sigma):g}. {BAND}", f"sigma_{sigma.replace('.', '_')}")


def _rescue(source: Source, experiment: str) -> Plots:
    """The validation accuracy from two sizes of initial weights, without and with batch norm."""
    runs = {
        f"{name}, sigma {sigma}": source.measured.recorded(experiment, f"{norm};init.sigma={sigma}")
        for norm, name in (("norm=before", "batch norm"), ("norm=none", "no batch norm"))
        for sigma in ("0.1", "0.0001")
    }
    title = "Batch norm rescues small initial weights"
    draw = partial(draw_validation_accuracy, runs, title, source.subtitle())
    return Plots((Plot(f"{experiment}_rescue", f"{experiment.upper()}: {title}", draw),), BAND)


def _compared(titles: dict[str, str], quantity: str, title: str, one_validation: bool = False) -> Maker:
    """One quantity of several runs in one panel."""

    def make(source: Source, experiment: str) -> Plots:
        runs = {label: source.measured.recorded(experiment, key) for key, label in titles.items()}
        draw = partial(draw_together, runs, title, source.subtitle(), quantity, one_validation)
        return Plots((Plot(f"{experiment}_{quantity}", f"{experiment.upper()}: {title}", draw),), BAND)

    return make


def _rates(source: Source, experiment: str) -> Plots:
    plots = []
    for quantity in ("loss", "accuracy"):
        for norm, title in NORMS.items():
            runs = {label: source.measured.recorded(experiment, f"{norm};schedule.eta={eta}") for eta, label in RATES.items()}
            draw = partial(draw_together, runs, f"{title}: {quantity}", source.subtitle(), quantity)
            plots.append(Plot(f"{experiment}_{quantity}_{norm[5:]}", f"{title}: {quantity} for three learning rates", draw))
    return Plots(tuple(plots), BAND)


Runs = dict[str, tuple[str, str]]


def _named(runs: Runs, title: str, split: Name = "test", name: str = "", published: Runs | None = None) -> Maker:
    """Final accuracies of runs, named by what they are, beside what was published for them or for the runs of `published`."""

    def make(source: Source, experiment: str) -> Plots:
        beside = {label: read_point(source, *of, split).published for label, of in (published or runs).items()}
        points = [replace(read_point(source, *of, split, label), published=beside[label]) for label, of in runs.items()]
        quantity = f"{SPLITS[split]} accuracy (%)"
        draw = partial(draw_against_names, points, title, source.subtitle(), quantity)
        return Plots((Plot(f"{experiment}_values{name}", title, draw),), "Small bars: the single seeds.")

    return make


def _joined(*makers: Maker) -> Maker:
    """Several makers' plots in one row."""

    def make(source: Source, experiment: str) -> Plots:
        rows = [maker(source, experiment) for maker in makers]
        return Plots(tuple(plot for row in rows for plot in row.plots), rows[0].caption)

    return make


def _three_ways(prefix: str, length: str) -> Maker:
    """R2's three ways to record the training cost; what is recorded of the validation images is the same in all."""
    titles = {f"{prefix}train.record.cost={method}": method for method in ("full", "aggregated", "smoothed")}
    makers = (_compared(titles, q, f"{q.capitalize()} recorded in three ways, {length}", one_validation=True) for q in ("cost", "accuracy"))
    return _joined(*makers)


def _momentum(norm: str) -> Runs:
    """R4's network at the rates of X02, and at E29's and E30's, beside which R4's figures are."""
    runs = {}
    for init, name, experiment in (("gaussian", "plain", "e29"), ("he", "He", "e30")):
        for eta in ("0.0001", "0.001", "0.003"):
            runs[f"{name}, eta {eta}"] = ("x02", f"init={init};{norm};schedule.eta={eta}")
        runs[f"{name}, eta 0.01"] = (experiment, norm)
    return runs


_R3 = {
    "E01 (R0): moving average": ("e01", "norm=before"),
    "E24: precise": ("e24", ""),
    "E25: adaptive": ("e25", ""),
    "E26: after ReLU": ("e26", ""),
    "E27: Adam": ("e27", "schedule.eta_max=0.001"),
    "E28: wider, deeper": ("e28", ""),
}
_DEPTH = {"[50,50]": ("e08", "norm=none;init.sigma=0.1")} | {
    h: ("e10", f"model.hidden={h}") for h in ("[50,50,20]", "[50,50,20,20]", "[50,50,20,20,10]", "[50,50,20,20,10,10]")
}
_MORE = {"45,000 images, 2 cycles": ("e24", ""), "49,000 images, 4 cycles": ("x06", "")}
_D, _N = {"20": "20 dimensions", "3072": "3072 dimensions"}, {"first100": "100 images", "batch1_batch2": "10,000 images"}
_SANITY = {
    f"model.inputs={d};split={n}": f"{_D[d]}, {_N[n]}" for d, n in (("20", "first100"), ("3072", "first100"), ("3072", "batch1_batch2"))
}
_EPS = {f"norm.eps={eps};moments.alpha=0.9;init.sigma=0.0001": f"sigma 1e-4, eps {float(eps):.1e}" for eps in (EPS[0], EPS[-1])}

PLANS: dict[str, list[Maker]] = {
    **{experiment: [_side_by_side(NORMS)] for experiment in ("e01", "e02", "e03", "e04", "e12", "e13", "e29", "e30")},
    **{experiment: [plot_sigma_grid, *map(_sigma, SIGMAS)] for experiment in ("e09", "e17")},
    "e08": [_rescue, plot_sigma_grid, *map(_sigma, SIGMAS)],
    **{experiment: [plot_searches] for experiment in ("e05", "e06", "e07", "e14", "e15", "e21", "e22", "e31")},
    "e10": [_named(_DEPTH, "Test accuracy by depth, without batch norm")],
    "e11": [_side_by_side({"train.cycles=2": "2 cycles", "train.cycles=3": "3 cycles"})],
    "e16": [_side_by_side({"": "Final model"})],
    "e18": [_side_by_side({"": "100 images, 200 epochs"})],
    "e19": [_three_ways("", "1 cycle")],
    "e20": [
        _three_ways("model.hidden=[50];", "3 cycles"),
        _side_by_side({f"model.hidden=[{m}];train.record.cost=full": f"{m} hidden nodes, cost of all images" for m in (50, 100)}),
    ],
    "e23": [
        _named({f"m = {m}": ("e23", f"model.hidden=[{m}]") for m in (10, 50, 100, 200)}, "Test accuracy by hidden nodes"),
        _side_by_side({f"model.hidden=[{m}]": f"{m} hidden nodes" for m in (50, 200)}),
    ],
    "e24": [_named(_R3, "R3's five changes to E01"), _side_by_side({"": "Precise moments"})],
    "e26": [_side_by_side({"": "Batch norm after ReLU"})],
    "e27": [
        _compared(
            {f"schedule.eta_max={eta}": f"eta_max {eta}" for eta in ("0.1", "0.01", "0.001")},
            "accuracy",
            "Adam: accuracy by its highest rate",
        )
    ],
    "e28": [_side_by_side({"": "Nine hidden layers, wider"})],
    "e32": [_rates],
    "e33": [
        _named({label: ("e33", key) for key, label in _SANITY.items()}, "Training accuracy after 200 epochs", "train"),
        _side_by_side(_SANITY),
    ],
    "x02": [_joined(*(_named(_momentum(norm), f"{title}, by rate", name=f"_{norm[5:]}") for norm, title in NORMS.items()))],
    "x03": [_side_by_side({"schedule.half_cycle_epochs=4": "4 cycles of 8 epochs"})],
    "x04": [_side_by_side({"": "10,000 images in batches of 200"})],
    "x05": [_named({h: ("x05", f"model.hidden={h}") for h in _DEPTH}, "Test accuracy by depth, after one cycle", published=_DEPTH)],
    "x06": [_named(_MORE, "Test accuracy with precise moments", published=dict.fromkeys(_MORE, ("e24", "")))],
    "x01": [plot_eps_grid, _side_by_side(_EPS)],
}
"""The plots of each experiment, in their order."""
