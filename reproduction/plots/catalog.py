"""The plots of the experiments, in the style of the original."""

from collections.abc import Iterator, Sequence

from reproduction.measured import NoDataError
from reproduction.plots.makers import NORMS, Maker, Source, named, pairs, rates, rescue, searches, side_by_side, three_ways
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
SMALL = {f"{norm};init.sigma=0.0001": f"{title}, sigma 0.0001" for norm, title in NORMS.items()}

PLANS: dict[str, list[Maker]] = {
    **{experiment: [side_by_side(NORMS)] for experiment in ("e01", "e02", "e12", "e13")},
    "e05": [searches("val", "test")],
    "e08": [rescue],
    "e09": [side_by_side(SMALL)],
    **{experiment: [searches("val")] for experiment in ("e14", "e15")},
    "e18": [side_by_side({"": "100 images, 200 epochs"})],
    "e19": [three_ways],
    **{experiment: [searches("test")] for experiment in ("e21", "e22")},
    "e24": [named(R3, "R3's five changes to E01")],
    "e30": [named(_momentum(norm), f"{title}, by rate", f"_{norm[5:]}") for norm, title in NORMS.items()],
    "e31": [pairs],
    "e32": [rates],
}
"""The plots of each experiment, in their order: those that show what its table cannot."""
