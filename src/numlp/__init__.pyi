"""The public names, by the module that each is from: for type checkers, and for __init__.py, which imports a name when it is first used.

A star stands for the names of the module's `__all__`.
"""

from numlp.data.image_file import read_image as read_image
from numlp.data.normalise import Part as Part
from numlp.data.dataset import DatasetInfo as DatasetInfo, RawData as RawData
from numlp.data.cifar10 import load_cifar10 as load_cifar10
from numlp.data.folder import load_folder as load_folder
from numlp.data.npz import load_npz as load_npz
from numlp.data.synthetic import synthesize as synthesize
from numlp.errors import UserError as UserError
from numlp.inference.model_file import Model as Model, load_model as load_model, save_model as save_model
from numlp.nn.activations import *
from numlp.nn.batch_norm import BatchNorm as BatchNorm
from numlp.nn.dropout import Dropout as Dropout
from numlp.nn.gradient_check import Difference as Difference, check_gradients as check_gradients
from numlp.nn.initializers import *
from numlp.nn.linear import Linear as Linear
from numlp.nn.loss import (
    accuracy as accuracy,
    cross_entropy as cross_entropy,
    cross_entropy_gradient as cross_entropy_gradient,
    softmax as softmax,
)
from numlp.nn.mode import PREDICTION as PREDICTION, TRAINING as TRAINING, Mode as Mode
from numlp.nn.network import (
    Network as Network,
    Pass as Pass,
    set_from_batch as set_from_batch,
    update_moving_average as update_moving_average,
)
from numlp.optim.optimizers import *
from numlp.optim.schedules import *
from numlp.stages.normalise import load_split as load_split
from numlp.tracking.listing import runs as runs
from numlp.training.evaluator import Evaluator as Evaluator, Scores as Scores, confusion_matrix as confusion_matrix
from numlp.training.fit import AdaptiveMoments as AdaptiveMoments, EmaMoments as EmaMoments, PreciseMoments as PreciseMoments
from numlp.training.history import Record as Record
from numlp.training.plan import Plan as Plan
from numlp.training.trainer import train as train

__version__: str
__all__: list[str]
