"""The plots that are coloured tables: accuracy by sigma and batch norm, and by sigma and eps."""

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
    """X01: test accuracy by eps and sigma, for each weight of the moving average."""
    plots = []
    for alpha in ("0.9", "0.99"):
        cells = {}
        for eps in EPS:
            for sigma in SIGMAS[1:]:
                key = f"norm.eps={eps};moments.alpha={alpha};init.sigma={sigma}"
                cells[f"{float(eps):.1e}", f"{float(sigma):g}"] = read_point(source, experiment, key, "test")
        draw = partial(draw_grid, cells, f"Test accuracy (%), alpha {alpha}", source.subtitle(), "eps", "sigma")
        name = f"{experiment}_grid_{alpha.replace('.', '_')}"
        plots.append(Plot(name, f"Table of test accuracies by eps and sigma, alpha {alpha}", draw))
    return Plots(tuple(plots), "Nine layers with batch norm: mean and standard deviation over the seeds.")
