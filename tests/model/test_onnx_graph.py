"""The graph that is kept: our names, standard operations, inputs that are used."""

from pathlib import Path

import numpy as np
import onnx
from scipy.special import erfc

from dermaflow.model.onnx_graph import stable
from dermaflow.model.session import Session

FLOAT = onnx.TensorProto.FLOAT


def exported(seed: int) -> onnx.ModelProto:
    """As tf2onnx leaves one: an operation that ONNX has not, an input that nothing uses, names and order by chance."""
    rng = np.random.default_rng(seed)
    name = {each: f"{each}_{rng.integers(1000)}" for each in ("image", "mean", "scaled", "wrong", "scale")}
    node = onnx.helper.make_node
    nodes = [
        node("Mul", [name["image"], name["scale"]], [name["scaled"]]),
        node("Erfc", [name["scaled"]], [name["wrong"]]),
        node("ReduceMean", [name["wrong"]], ["first"], axes=[1, 2], keepdims=0),
        node("ReduceMean", [name["wrong"]], ["second"], axes=[1, 2, 3], keepdims=0),
    ]
    shapes = {name["mean"]: [1, 1, 1, 3], name["image"]: [None, 2, 2, 3]}
    graph = onnx.helper.make_graph(
        [nodes[place] for place in rng.permutation(4)],
        "exported",
        [onnx.helper.make_tensor_value_info(each, FLOAT, shape) for each, shape in shapes.items()],
        [
            onnx.helper.make_tensor_value_info("first", FLOAT, [None, 3]),
            onnx.helper.make_tensor_value_info("second", FLOAT, [None]),
        ],
        [onnx.numpy_helper.from_array(np.float32(0.01), name["scale"])],
    )
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 15)], ir_version=8)


def test_what_is_kept_computes_the_same_from_bytes_and_has_only_the_inputs_that_are_used(tmp_path: Path) -> None:
    kept = stable(exported(0))
    assert [one.name for one in kept.graph.input] == ["image"]
    onnx.save(kept, tmp_path / "model.onnx")
    images = np.random.default_rng(1).integers(0, 256, (5, 2, 2, 3)).astype(np.uint8)
    scores = Session(tmp_path / "model.onnx").run(images)
    expected = erfc(images / 100)
    np.testing.assert_allclose(scores.probabilities, expected.mean(axis=(1, 2)), atol=1e-6)
    np.testing.assert_allclose(scores.distance, expected.mean(axis=(1, 2, 3)), atol=1e-6)


def test_names_and_order_by_chance_leave_no_trace() -> None:
    assert stable(exported(1)).SerializeToString() == stable(exported(2)).SerializeToString()
