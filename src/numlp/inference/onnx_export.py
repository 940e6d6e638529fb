"""model.onnx: a trained network for any ONNX runtime (docs/models.md)."""

import math
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from numlp.errors import UserError
from numlp.files import replacing
from numlp.inference.standalone import Folded
from numlp.nn.activations import LEAK

Step: TypeAlias = tuple[str, list[str], dict[str, Any]]
"""An operator, its inputs beside what the step before it made, and its attributes."""

INPUT, OUTPUT = "images", "probabilities"
OPSET, IR = 20, 9  # versions of 2023, the first with GELU: runtimes since then read them


def save_onnx(path: Path, model: Folded, about: dict[str, str]) -> None:
    """Write `model`: `images`, (N, *shape) uint8, to `probabilities`, (N, K) float32; `about` is metadata beside the class names."""
    try:
        import onnx
        from onnx import helper, numpy_helper
    except ImportError as error:
        raise UserError('numlp export: the package onnx is not installed; pip install -c constraints.txt -e ".[onnx]"') from error
    d, values = model.scale.size, math.prod(model.shape)
    constants: dict[str, Any] = {"rows": np.array([-1, values]), "scale": model.scale, "shift": model.shift}
    channels_first: list[Step] = [("Transpose", [], {"perm": [0, 3, 1, 2]})] if len(model.shape) == 3 else []
    steps: list[Step] = [*channels_first, ("Reshape", ["rows"], {})]
    if d < values:  # a network that sees the first pixels alone
        constants |= {"start": np.array([0]), "stop": np.array([d]), "axis": np.array([1])}
        steps.append(("Slice", ["start", "stop", "axis"], {}))
    steps += [("Cast", [], {"to": onnx.TensorProto.FLOAT}), ("Mul", ["scale"], {}), ("Sub", ["shift"], {})]
    for i, ((W, b), learned) in enumerate(zip(model.layers, [*model.learned, {}], strict=True), start=1):
        constants |= {f"W{i}": W, f"b{i}": b} | {f"{name}{i}": array for name, array in learned.items()}
        steps.append(("Gemm", [f"W{i}", f"b{i}"], {}))
        last = i == len(model.layers)
        steps += [("Softmax", [], {"axis": 1})] if last else _activation(model.activation, f"step{len(steps)}", i)
    names = [INPUT, *(f"step{i}" for i in range(1, len(steps))), OUTPUT]
    graph = helper.make_graph(
        [helper.make_node(kind, [names[i], *more], [names[i + 1]], **attributes) for i, (kind, more, attributes) in enumerate(steps)],
        "numlp",
        [helper.make_tensor_value_info(INPUT, onnx.TensorProto.UINT8, ["N", *model.shape])],
        [helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["N", len(model.names)])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="numlp")
    helper.set_model_props(proto, {"class_names": "\n".join(model.names), **about})
    onnx.checker.check_model(proto, full_check=True)
    with replacing(path) as file:
        file.write(proto.SerializeToString(deterministic=True))


def _activation(name: str, x: str, layer: int) -> list[Step]:
    """The steps of an activation of the value `x`, made by the step before them; a layer's parameters have its number, as in "slope1"."""
    match name:
        case "Silu":
            return [("Sigmoid", [], {}), ("Mul", [x], {})]
        case "Gelu":
            return [("Gelu", [], {"approximate": "tanh"})]
        case "LeakyRelu":
            return [("LeakyRelu", [], {"alpha": LEAK})]
        case "Relu":
            return [("Relu", [], {})]
        case _:
            raise UserError(f"numlp export: activation {name} has no ONNX operators; add them to inference/onnx_export.py")
