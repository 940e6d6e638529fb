"""The mathematics of numlp in one file: a k-layer network with batch norm, trained on CIFAR-10 in about a minute.

The code reads as docs/mathematics.md does, with its names, and nothing here is done for speed. The package computes the same numbers:
tests/test_plain.py compares every layer. Run `python examples/plain.py` where `numlp download` has made the images.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

HIDDEN, BATCH, CYCLES, HALF_CYCLE_EPOCHS = (50, 50), 100, 2, 5  # 20 epochs
ETA_MIN, ETA_MAX = 1e-5, 0.1  # learning rate
LAM = 0.005  # strength of L2 regularization
EPS, ALPHA = 2.0**-52, 0.9  # batch norm's: a number added to the variance; the weight of the old running statistics


class Linear:
    """y = x W + b."""

    def __init__(self, d_in, d_out, rng):
        self.W = rng.normal(0, np.sqrt(2 / d_in), (d_in, d_out)).astype(np.float32)  # He et al. 2015
        self.b = np.zeros(d_out, np.float32)

    def forward(self, x, training):  # (N, d_in) -> (N, d_out)
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T

    def gradients(self):
        return [(self.W, self.dW + 2 * LAM * self.W), (self.b, self.db)]


class BatchNorm:
    """y = gamma x_hat + beta, where x_hat is x with mean 0 and variance 1 in each column; Ioffe and Szegedy 2015."""

    def __init__(self, d):
        self.gamma, self.beta = np.ones(d, np.float32), np.zeros(d, np.float32)
        self.mu = self.v = None  # the running statistics

    def forward(self, x, training):  # (N, d) -> (N, d)
        mu, v = self.statistics(x) if training else (self.mu, self.v)
        self.s = 1 / np.sqrt(v + EPS)
        self.x_hat = (x - mu) * self.s
        return self.gamma * self.x_hat + self.beta

    def statistics(self, x):
        mu, v = x.mean(axis=0), x.var(axis=0)
        self.mu = mu if self.mu is None else ALPHA * self.mu + (1 - ALPHA) * mu
        self.v = v if self.v is None else ALPHA * self.v + (1 - ALPHA) * v
        return mu, v

    def backward(self, dy):
        N = len(dy)
        self.dbeta = dy.sum(axis=0)
        self.dgamma = (dy * self.x_hat).sum(axis=0)
        return self.gamma * self.s * (dy - self.dbeta / N - self.x_hat * self.dgamma / N)

    def gradients(self):
        return [(self.gamma, self.dgamma), (self.beta, self.dbeta)]


class Relu:
    """y = max(x, 0)."""

    def forward(self, x, training):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.x > 0)

    def gradients(self):
        return []


def make_network(sizes, rng):
    """A list of layers: linear, batch norm and ReLU per hidden layer, and a linear layer that gives the logits."""
    layers = []
    for d_in, d_out in pairwise(sizes[:-1]):
        layers += [Linear(d_in, d_out, rng), BatchNorm(d_out), Relu()]
    return [*layers, Linear(sizes[-2], sizes[-1], rng)]


def forward(layers, x, training):  # (N, d) images -> (N, K) logits
    for layer in layers:
        x = layer.forward(x, training)
    return x


def backward(layers, dz):
    for layer in reversed(layers):
        dz = layer.backward(dz)


def cross_entropy(z, labels):
    """The mean loss of a batch in nats, and its gradient dz."""
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    q = np.eye(z.shape[1], dtype=z.dtype)[labels]
    return -(q * log_p).sum() / len(z), (np.exp(log_p) - q) / len(z)


def learning_rate(t, n_s):
    """Triangles: up in n_s updates, down in n_s; Smith 2017."""
    c = t // (2 * n_s)
    h = 1 - abs((t - 2 * n_s * c) / n_s - 1)
    return ETA_MIN + h * (ETA_MAX - ETA_MIN)


def update(layers, eta):
    for layer in layers:
        for theta, g in layer.gradients():
            theta -= eta * g


def accuracy(layers, x, labels):
    return np.mean(forward(layers, x, training=False).argmax(axis=1) == labels)


def train(layers, x, labels, rng):
    """Train by mini-batch gradient descent; yield after each epoch."""
    E = len(x) // BATCH  # updates of an epoch
    for epoch in range(2 * CYCLES * HALF_CYCLE_EPOCHS):
        for k, rows in enumerate(rng.permutation(len(x))[: E * BATCH].reshape(E, BATCH)):
            loss, dz = cross_entropy(forward(layers, x[rows], training=True), labels[rows])
            backward(layers, dz)
            update(layers, learning_rate(epoch * E + k, HALF_CYCLE_EPOCHS * E))
        yield epoch + 1, loss


def main(folder=Path("build/download")):
    images, labels = np.load(folder / "images.npy"), np.load(folder / "labels.npy")  # (60000, 3072) uint8, (60000,)
    mean, std = (f(images[:45_000], axis=0, dtype=np.float32) for f in (np.mean, np.std))
    x = (images - mean) / std
    rng = np.random.default_rng(0)
    layers = make_network((x.shape[1], *HIDDEN, labels.max() + 1), rng)
    for epoch, loss in train(layers, x[:45_000], labels[:45_000], rng):
        validation = accuracy(layers, x[45_000:50_000], labels[45_000:50_000])
        print(f"epoch {epoch:2}  loss of the last batch {loss:.3f}  validation accuracy {validation:.2%}")
    print(f"test accuracy {accuracy(layers, x[50_000:], labels[50_000:]):.2%}")


if __name__ == "__main__":
    main()
