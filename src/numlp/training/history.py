"""Records of a training run and of its layers' health, which CSV files keep (docs/formats.md)."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Record:
    """What is known after `step` updates. Cost and loss in nats, accuracy as a fraction of 1."""

    step: int
    epoch: float
    eta: float
    train_cost: float
    train_loss: float
    train_accuracy: float
    val_cost: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class LayerHealth:
    """How one layer does after `step` updates; NaN where a layer has no such value.

    Attributes:
        layer: 1 is the first; the last one's activations are the logits.
        activation_mean: Of what the next layer sees, over images and units.
        activation_std: Over the images, by unit; the root mean square of the units'.
        dead: Share of the ReLUs that are 0 for every image.
        grad_norm: Of the loss's gradient in W.
        update_ratio: Norm of an update of W at the record's rate, penalty included, over that of W.
        gamma_mean: Over batch norm's units, as the next three.
    """

    step: int
    epoch: float
    layer: int
    activation_mean: float
    activation_std: float
    dead: float
    grad_norm: float
    update_ratio: float
    gamma_mean: float
    gamma_std: float
    beta_mean: float
    beta_std: float


COLUMNS = tuple(field.name for field in fields(Record))
HEALTH_COLUMNS = tuple(field.name for field in fields(LayerHealth))
