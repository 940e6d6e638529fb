"""The plots of each experiment, in the style of the original."""

from collections.abc import Iterator, Sequence

from reproduction.measured import NoDataError
from reproduction.plots.makers import BAND, NORMS, Maker, Source, grid, joined, named, one_panel, rates, rescue, searches, side_by_side
from reproduction.plots.plot_style import Plots


def build_plots(source: Source) -> dict[str, list[Plots]]:
    """All plots by experiment; those whose runs were not measured are left out."""
    return {experiment: list(_measured(source, experiment, makers)) for experiment, makers in PLANS.items()}


def _measured(source: Source, experiment: str, makers: Sequence[Maker]) -> Iterator[Plots]:
    for make in makers:
        try:
            yield make(source, experiment)
        except NoDataError:
            continue


def _three_ways(prefix: str, length: str) -> Maker:
    """R2's three ways to record the training cost; the records of the validation images are the same in all."""
    labels = {f"{prefix}train.record.cost={method}": method for method in ("full", "aggregated", "smoothed")}
    titles = {quantity: f"{quantity.capitalize()} recorded in three ways, {length}" for quantity in ("cost", "accuracy")}
    return joined(*(one_panel(labels, quantity, title, one_validation=True) for quantity, title in titles.items()))


def _momentum(norm: str) -> dict[str, str]:
    """R4's network at the rates of X02, and at E29's and E30's, beside which R4's figures are."""
    runs: dict[str, str] = {}
    for init, name, experiment in (("gaussian", "plain", "e29"), ("he", "He", "e30")):
        runs |= {f"{name}, eta {eta}": f"x02 init={init};{norm};schedule.eta={eta}" for eta in ("0.0001", "0.001", "0.003")}
        runs[f"{name}, eta 0.01"] = f"{experiment} {norm}"
    return runs


R3 = {
    "E01 (R0): moving average": "e01 norm=before",
    "E24: precise": "e24",
    "E25: adaptive": "e25",
    "E26: after ReLU": "e26",
    "E27: Adam": "e27 schedule.eta_max=0.001",
    "E28: wider, deeper": "e28",
}
DEPTHS = ("[50,50,20]", "[50,50,20,20]", "[50,50,20,20,10]", "[50,50,20,20,10,10]")
BY_DEPTH = {"[50,50]": "e08 norm=none;init.sigma=0.1"} | {hidden: f"e10 model.hidden={hidden}" for hidden in DEPTHS}
MORE = {"45,000 images, 2 cycles": "e24", "49,000 images, 4 cycles": "x06"}
SANITY = {
    "model.inputs=20;split=first100": "20 dimensions, 100 images",
    "model.inputs=3072;split=first100": "3072 dimensions, 100 images",
    "model.inputs=3072;split=batch1_batch2": "3072 dimensions, 10,000 images",
}
SIGMAS = {"0.1": "0.1", "0.001": "0.001", "0.0001": "0.0001"}
EPS = {"2.220446049250313e-16": "2.2e-16", "1e-08": "1.0e-08", "1e-05": "1.0e-05"}
BY_SIGMA = grid(
    {"norm=none": "without", "norm=before": "with"},
    SIGMAS,
    "{};init.sigma={}",
    ("batch norm", "sigma"),
    "Test accuracy (%), published in brackets",
    "sigma and batch norm",
    "Mean and standard deviation over the seeds.",
)
BY_EPS = grid(
    EPS,
    {"0.9": "0.9", "0.99": "0.99"},
    "norm.eps={};moments.alpha={};init.sigma=0.0001",
    ("eps", "alpha"),
    "Test accuracy (%), sigma 1e-4",
    "eps and alpha",
    "Nine layers with batch norm: mean and standard deviation over the seeds.",
)
CURVES = [
    side_by_side(
        {f"{norm};init.sigma={sigma}": f"{title}, sigma {sigma}" for norm, title in NORMS.items()},
        f"Sigma {sigma}. {BAND}",
        f"sigma_{sigma.replace('.', '_')}",
    )
    for sigma in SIGMAS
]

PLANS: dict[str, list[Maker]] = {
    **{experiment: [side_by_side(NORMS)] for experiment in ("e01", "e02", "e03", "e04", "e12", "e13", "e29", "e30")},
    **{experiment: [BY_SIGMA, *CURVES] for experiment in ("e09", "e17")},
    "e08": [rescue, BY_SIGMA, *CURVES],
    **{experiment: [searches] for experiment in ("e05", "e06", "e07", "e14", "e15", "e21", "e22", "e31")},
    "e10": [named(BY_DEPTH, "Test accuracy by depth, without batch norm")],
    "e11": [side_by_side({"train.cycles=2": "2 cycles", "train.cycles=3": "3 cycles"})],
    "e16": [side_by_side({"": "Final model"})],
    "e18": [side_by_side({"": "100 images, 200 epochs"})],
    "e19": [_three_ways("", "1 cycle")],
    "e20": [
        _three_ways("model.hidden=[50];", "3 cycles"),
        side_by_side({f"model.hidden=[{m}];train.record.cost=full": f"{m} hidden nodes, cost of all images" for m in (50, 100)}),
    ],
    "e23": [
        named({f"m = {m}": f"e23 model.hidden=[{m}]" for m in (10, 50, 100, 200)}, "Test accuracy by hidden nodes"),
        side_by_side({f"model.hidden=[{m}]": f"{m} hidden nodes" for m in (50, 200)}),
    ],
    "e24": [named(R3, "R3's five changes to E01"), side_by_side({"": "Precise moments"})],
    "e26": [side_by_side({"": "Batch norm after ReLU"})],
    "e27": [
        one_panel(
            {f"schedule.eta_max={eta}": f"eta_max {eta}" for eta in ("0.1", "0.01", "0.001")},
            "accuracy",
            "Adam: accuracy by its highest rate",
        )
    ],
    "e28": [side_by_side({"": "Nine hidden layers, wider"})],
    "e32": [rates],
    "e33": [
        named({label: f"e33 {key}" for key, label in SANITY.items()}, "Training accuracy after 200 epochs", "train"),
        side_by_side(SANITY),
    ],
    "x02": [joined(*(named(_momentum(norm), f"{title}, by rate", name=f"_{norm[5:]}") for norm, title in NORMS.items()))],
    "x03": [side_by_side({"schedule.half_cycle_epochs=4": "4 cycles of 8 epochs"})],
    "x04": [side_by_side({"": "10,000 images in batches of 200"})],
    "x05": [named({h: f"x05 model.hidden={h}" for h in BY_DEPTH}, "Test accuracy by depth, after one cycle", published=BY_DEPTH)],
    "x06": [named(MORE, "Test accuracy with precise moments", published=dict.fromkeys(MORE, "e24"))],
    "x01": [
        BY_EPS,
        side_by_side({f"norm.eps={eps};moments.alpha=0.9;init.sigma=0.0001": f"sigma 1e-4, eps {EPS[eps]}" for eps in list(EPS)[::2]}),
    ],
}
"""The plots of each experiment, in their order."""
