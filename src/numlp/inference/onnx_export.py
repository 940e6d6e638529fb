"""model.onnx: a trained network for any ONNX runtime (docs/models.md)."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from numlp.errors import UserError
from numlp.files import replacing
from numlp.inference.standalone import Folded
from numlp.nn.activations import CUBE, LEAK, ROOT

if TYPE_CHECKING:
    import onnx

Step: TypeAlias = tuple[str, list[str], dict[str, Any]]
"""An operator, its inputs beside what the step before it made, and its attributes."""

INPUT, OUTPUT = "images", "probabilities"
NUMBERS = {"half": 0.5, "one": 1.0, "cube": CUBE, "root": ROOT}  # of GELU, by tanh
OPSET, IR = 17, 8  # of 2022: runtimes since then read it


def save_onnx(path: Path, model: Folded, about: dict[str, str]) -> None:
    """Write `model`: `images`, (N, *shape) uint8, to `probabilities`, (N, K) float32.

    Args:
        path: The file.
        model: The network.
        about: Metadata of the file beside the class names.

    Raises:
        UserError: The package onnx is not installed, or the activation has no operators here.
    """
    try:
        import onnx
        from onnx import helper
    except ImportError as error:
        raise UserError('numlp export: the package onnx is not installed; pip install -c constraints.txt -e ".[onnx]"') from error
    values = (
        helper.make_tensor_value_info(INPUT, onnx.TensorProto.UINT8, ["N", *model.shape]),
        helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["N", len(model.names)]),
    )
    nodes, constants = _graph(model)
    graph = helper.make_graph(nodes, "numlp", values[:1], values[1:], constants)
    model_proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="numlp")
    helper.set_model_props(model_proto, {"class_names": "\n".join(model.names), **about})
    onnx.checker.check_model(model_proto, full_check=True)
    with replacing(path) as file:
        file.write(model_proto.SerializeToString(deterministic=True))


def _graph(model: Folded) -> "tuple[list[onnx.NodeProto], list[onnx.TensorProto]]":
    """Nodes, each reading what the one before it made, and the constants that they name."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    d, values = model.scale.size, math.prod(model.shape)
    constants: dict[str, Any] = {name: np.array(value, np.float32) for name, value in NUMBERS.items() if model.activation == "Gelu"}
    constants |= {"rows": np.array([-1, values]), "scale": model.scale, "shift": model.shift}
    channels_first: list[Step] = [("Transpose", [], {"perm": [0, 3, 1, 2]})] if len(model.shape) == 3 else []
    steps: list[Step] = [*channels_first, ("Reshape", ["rows"], {})]
    if d < values:  # a network that sees the first pixels alone
        constants |= {"start": np.array([0]), "stop": np.array([d]), "axis": np.array([1])}
        steps.append(("Slice", ["start", "stop", "axis"], {}))
    steps += [("Cast", [], {"to": TensorProto.FLOAT}), ("Mul", ["scale"], {}), ("Sub", ["shift"], {})]
    for i, ((W, b), learned) in enumerate(zip(model.layers, [*model.learned, {}], strict=True), start=1):
        constants |= {f"W{i}": W, f"b{i}": b} | {f"{name}{i}": array for name, array in learned.items()}
        steps.append(("Gemm", [f"W{i}", f"b{i}"], {}))
        last = i == len(model.layers)
        steps += [("Softmax", [], {"axis": 1})] if last else _activation(model.activation, f"step{len(steps)}", i)
    names = [INPUT, *(f"step{i}" for i in range(1, len(steps))), OUTPUT]
    nodes = [helper.make_node(kind, [names[i], *more], [names[i + 1]], **attributes) for i, (kind, more, attributes) in enumerate(steps)]
    return nodes, [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()]


def _activation(name: str, x: str, layer: int) -> list[Step]:
    """The steps of an activation of the value `x`, which the step before them made.

    Constants are those of NUMBERS, and the parameters of the layer by their name and its number, as in "slope1".
    """
    match name:
        case "Silu":
            return [("Sigmoid", [], {}), ("Mul", [x], {})]
        case "Gelu":
            inner: list[Step] = [("Mul", [x], {}), ("Mul", ["cube"], {}), ("Add", ["one"], {}), ("Mul", [x], {}), ("Mul", ["root"], {})]
            return [*inner, ("Tanh", [], {}), ("Add", ["one"], {}), ("Mul", [x], {}), ("Mul", ["half"], {})]
        case "LeakyRelu":
            return [("LeakyRelu", [], {"alpha": LEAK})]
        case "Relu":
            return [("Relu", [], {})]
        case _:
            raise UserError(f"numlp export: activation {name} has no ONNX operators; add them to inference/onnx_export.py")
