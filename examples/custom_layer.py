"""Write an activation, put it into a network in place of ReLU, and check its gradients against central differences."""

from types import SimpleNamespace

import numpy as np

import numlp


class Softplus:
    """y = log(1 + exp(x)), a smooth ReLU; dy/dx = 1 / (1 + exp(-x)) = 1 - exp(-y)."""

    def __init__(self, width):
        self.width = width

    def work(self, n, dtype):
        """Buffers for batches of `n` rows: the network allocates them once."""
        return SimpleNamespace(y=np.empty((n, self.width), dtype))

    def forward(self, x, work, mode):
        """(N, width) inputs -> (N, width) outputs."""
        return np.logaddexp(x, 0, out=work.y)

    def backward(self, dy, work):
        """(N, width) gradient of the outputs -> gradient of the inputs."""
        return dy * (1 - np.exp(-work.y))


rng = np.random.default_rng(0)
network = numlp.Network((30, 20, 10), norm="before", dtype=np.float64, activation=Softplus)
numlp.initialize(network, numlp.he, rng)

x, labels = rng.standard_normal((20, 30)), rng.integers(10, size=20)
for difference in numlp.check_gradients(network, x, labels, lam=0.01, h=1e-5):
    print(f"{difference.name:10} {difference.verdict:8} relative error {difference.relative:.0e}")
