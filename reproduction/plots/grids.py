"""The plots that are colored tables: accuracy by sigma and batch norm, and by eps and alpha."""

from functools import partial

from reproduction.plots.draw_values import draw_grid
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.source import Source, read_point

SIGMAS = ("0.1", "0.001", "0.0001")
EPS = ("2.220446049250313e-16", "1e-08", "1e-05")


def plot_sigma_grid(source: Source, experiment: str) -> Plots:
    """Test accuracy by sigma, with and without batch norm."""
    cells = {}
    for norm, label in (("norm=none", "without"), ("norm=before", "with")):
        for sigma in SIGMAS:
            cells[label, f"{float(sigma):g}"] = read_point(source, experiment, f"{norm};init.sigma={sigma}", "test")
    draw = partial(draw_grid, cells, "Test accuracy (%), published in brackets", source.subtitle(), "batch norm", "sigma")
    return Plots(
        (Plot(f"{experiment}_grid", "Table of test accuracies by sigma and batch norm", draw),),
        "Mean and standard deviation over the seeds.",
    )


def plot_eps_grid(source: Source, experiment: str) -> Plots:
    """X01: test accuracy from sigma 1e-4 by batch norm's eps and the moving average's alpha."""
    cells = {}
    for eps in EPS:
        for alpha in ("0.9", "0.99"):
            key = f"norm.eps={eps};moments.alpha={alpha};init.sigma=0.0001"
            cells[f"{float(eps):.1e}", alpha] = read_point(source, experiment, key, "test")
    draw = partial(draw_grid, cells, "Test accuracy (%), sigma 1e-4", source.subtitle(), "eps", "alpha")
    return Plots(
        (Plot(f"{experiment}_grid", "Table of test accuracies by eps and alpha", draw),),
        "Nine layers with batch norm: mean and standard deviation over the seeds.",
    )
