"""The test accuracy of a model.npz on an archive, written from docs/formats.md alone: nothing of numlp is imported."""

import json
import pickle
import tarfile

import numpy as np


def read_test_batch(archive):
    with tarfile.open(archive) as tar:
        batch = pickle.load(tar.extractfile("cifar-10-batches-py/test_batch"), encoding="bytes")
    return np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])


def normalized(x, a, layer, eps):
    return a[f"bn{layer}.gamma"] * (x - a[f"bn{layer}.mean"]) / np.sqrt(a[f"bn{layer}.var"].astype(float) + eps) + a[f"bn{layer}.beta"]


def predicted(a, images):
    norm = json.loads(str(a["choices"]))["norm"]
    x = (images / 255 - a["input.mean"]) / a["input.std"]
    k = sum(name.endswith(".W") for name in a)
    for layer in range(1, k):
        s = x @ a[f"linear{layer}.W"].astype(float) + a[f"linear{layer}.b"]
        if norm["placement"] == "before":
            s = normalized(s, a, layer, norm["eps"])
        x = np.maximum(s, 0)
        if norm["placement"] == "after":
            x = normalized(x, a, layer, norm["eps"])
    return (x @ a[f"linear{k}.W"].astype(float) + a[f"linear{k}.b"]).argmax(axis=1)


def accuracy(model, images, labels):
    with np.load(model, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return float((predicted(arrays, images) == labels).mean())
