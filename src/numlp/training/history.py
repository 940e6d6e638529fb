"""Records of a training run and of its layers' health, which CSV files keep (docs/formats.md)."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Record:
    """The measurements after `step` updates. Cost and loss in nats, accuracy as a fraction of 1."""

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
    """The health of one layer after `step` updates; NaN where a layer has no such value."""

    step: int
    epoch: float
    layer: int  # 1 is the first; the last one's activations are the logits
    activation_mean: float  # of the next layer's inputs, over images and units
    activation_std: float  # over the images, by unit; the root mean square of the units'
    dead: float  # share of the ReLUs that are 0 for every image
    grad_norm: float  # of the loss's gradient in W
    update_ratio: float  # the norm of an update of W at the record's rate, penalty included, over that of W
    gamma_mean: float  # over batch norm's units, as the next three
    gamma_std: float
    beta_mean: float
    beta_std: float


COLUMNS = tuple(field.name for field in fields(Record))
HEALTH_COLUMNS = tuple(field.name for field in fields(LayerHealth))
