"""Train a network by hand on synthetic images: forward pass, gradient of the loss, backward pass, update. It takes seconds."""

import numpy as np

import numlp

BATCH, STEPS = 100, 600

data = numlp.synthesize(seed=0)  # 50,000 training images, then 10,000 test images
train_images, test_images = data.images[:10_000], data.images[50_000:52_000]  # (N, 3072) uint8
train_labels, test_labels = data.labels[:10_000], data.labels[50_000:52_000]  # (N,), 0 to 9
mean, std = train_images.mean(axis=0, dtype=np.float32), train_images.std(axis=0, dtype=np.float32)


def normalise(images):
    """(N, 3072) uint8 -> float32 with mean 0 and standard deviation 1 in each training column."""
    return (images - mean) / std


rng = np.random.default_rng(0)
network = numlp.Network((3072, 50, 50, 10), norm="before")  # batch norm before each ReLU
numlp.initialize(network, numlp.he, rng)
optimizer = numlp.Sgd(network)
learning_rate = numlp.Cyclical(eta_min=1e-5, eta_max=0.1, half_cycle_epochs=0.5).rates(per_epoch=STEPS, steps=STEPS)
batch = numlp.Pass(network)  # the buffers of a forward and a backward pass

for step in range(STEPS):
    rows = rng.choice(len(train_images), BATCH, replace=False)
    logits = batch.forward(normalise(train_images[rows]), numlp.TRAINING)  # with dropout: Mode(True, noise=(seed, step))
    batch.backward(numlp.cross_entropy_gradient(logits, train_labels[rows]))  # fills network.grads
    optimizer.update(learning_rate(step))
    numlp.update_moving_average(network, batch, decay=0.9)  # batch norm's running statistics, for predictions

for name, images, labels in (("training", train_images, train_labels), ("test", test_images, test_labels)):
    logits = numlp.Evaluator(network).logits(normalise(images))
    print(f"{name} accuracy: {numlp.accuracy(logits, labels):.1%}")
