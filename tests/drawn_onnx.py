"""A small real model for ONNX Runtime, made in milliseconds: it looks at the mean colour of an image, no more."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write_linear_onnx(
    weights: np.ndarray, bias: np.ndarray, size_px: int, path: Path, evidence: np.ndarray | None = None
) -> None:
    """Softmax of the mean of red, green and blue (0..1) times `weights`, (3, classes), and `bias`; distance 0.5.

    With evidence, (columns, classes), it takes what is stated beside an image too and adds that times evidence.
    """
    arrays = {"weights": weights, "bias": bias, "white": np.array(255), "half": np.array(0), "limit": np.array(0.5)}
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", size_px, size_px, 3])]
    if evidence is not None:
        arrays["evidence"] = evidence
        inputs.append(helper.make_tensor_value_info("clinical", TensorProto.FLOAT, ["batch", len(evidence)]))
    constants = [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in arrays.items()]
    axes = {
        "axes": numpy_helper.from_array(np.array([1, 2]), "axes"),
        "last": numpy_helper.from_array(np.array([1]), "last"),
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["pixels", "white"], ["scaled"]),
        helper.make_node("ReduceMean", ["scaled", "axes"], ["colour"], keepdims=0),
        helper.make_node("Gemm", ["colour", "weights", "bias"], ["seen"]),
        helper.make_node("Gemm", ["clinical", "evidence", "seen"], ["logits"])
        if evidence is not None
        else helper.make_node("Identity", ["seen"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ReduceMean", ["colour", "last"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "half"], ["nothing"]),
        helper.make_node("Add", ["nothing", "limit"], ["distance"]),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        inputs,
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", weights.shape[1]]),
            helper.make_tensor_value_info("distance", TensorProto.FLOAT, ["batch"]),
        ],
        [*constants, *axes.values()],
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, path)
