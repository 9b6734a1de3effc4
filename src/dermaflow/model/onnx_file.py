"""The trained model as an ONNX file: what ONNX Runtime scores with, held against Keras before it is kept.

Inputs: `image`, uint8 (batch, size, size, 3), 0..255, and `clinical` where the model takes it. Outputs:
`probabilities` and `distance` as in model.whole.
Nothing in the file says when or by which process it was written: the same weights give the same bytes.
"""

import contextlib
import io
import logging
import math
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from dermaflow.core.clinical import Clinical
from dermaflow.core.errors import TrainingError
from dermaflow.core.files import replacing
from dermaflow.model.backbones import Model
from dermaflow.model.backend import keras
from dermaflow.model.session import CLINICAL, GROUP, OUTPUTS, Scores, Session

TOLERANCE = 1e-4  # of a probability, and of a distance relative to 1 or to itself
COMPARED = 64  # images
BATCH = "batch"


def write_onnx(model: Model, images: npt.NDArray[np.uint8], path: Path, clinical: Clinical | None = None) -> float:
    """Write a model from `whole_model` as ONNX, whole or not at all; give how far it is from Keras at most.

    Args:
        images: (n, size, size, 3), 0..255, n at least 1; an even choice of COMPARED at most is compared.
        clinical: (n, columns), what is stated of them, for a model that takes it.

    Raises:
        TrainingError: ONNX Runtime does not say what Keras says.
    """
    every = math.ceil(len(images) / COMPARED)
    shown = np.asarray(images[::every])
    stated = clinical[::every] if clinical is not None and len(model.inputs) > 1 else None
    expected = _said_by_keras(model, shown, stated)
    graph = _stable(_exported(model))
    with replacing(path) as temporary:
        onnx.save(graph, temporary)
        furthest = _furthest(expected, Session(temporary).run_all(shown, stated))
        if not furthest <= TOLERANCE:  # nor where it is no number
            raise TrainingError(
                f"the model as ONNX differs from Keras by up to {furthest:.2g} on {len(shown)} validation images, "
                f"expected at most {TOLERANCE:.0e}: this network cannot be scored with ONNX Runtime"
            )
    print(f"{path} says what Keras says, to {furthest:.0e}, on {len(shown)} validation images", flush=True)
    return furthest


def _said_by_keras(
    model: Model, images: npt.NDArray[np.uint8], clinical: Clinical | None
) -> list[npt.NDArray[np.float32]]:
    """Probabilities and distances, GROUP images at a time: a called model keeps all that its layers give till it ends.

    Of 64 images in four views, MobileNetV2 at 192 px keeps 14 GB so.
    """
    given: list[npt.NDArray[Any]] = [images] if clinical is None else [images, clinical]
    told = []
    with keras.device("cpu:0"):  # a GPU rounds otherwise
        for start in range(0, len(images), GROUP):
            part = [each[start : start + GROUP] for each in given]
            outputs = model(part[0] if len(part) == 1 else part, training=False)
            told.append([keras.ops.convert_to_numpy(output) for output in outputs])
    return [np.concatenate(parts) for parts in zip(*told, strict=True)]


def _exported(model: Model) -> onnx.ModelProto:
    """What Keras exports, in float32 from a float32 image."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore", FutureWarning)  # of tf2onnx, about NumPy
        file = Path(folder, "model.onnx")
        model.export(file, format="onnx", verbose=False)
        return onnx.load(file)


def _stable(exported: onnx.ModelProto) -> onnx.ModelProto:
    """The same computation from bytes, in an order and with names that depend on nothing but the computation."""
    graph = exported.graph
    nodes = _from_the_outputs(graph)
    constants = _in_order_of_use(graph, nodes)
    used = {name for node in nodes for name in node.input}  # constants of preprocessing stand among inputs, unused
    inputs = [one for one in graph.input if one.name in used]
    image, *others = sorted(inputs, key=lambda one: -len(one.type.tensor_type.shape.dim))
    names = {image.name: "image_float", **{other.name: CLINICAL for other in others}}
    names |= {output.name: name for output, name in zip(graph.output, OUTPUTS, strict=True)}
    for number, constant in enumerate(constants):
        names[constant.name] = constant.name = f"constant_{number}"
    for place, node in enumerate(nodes):
        node.name, node.doc_string = f"{node.op_type}_{place}", ""
        node.input[:] = [names[name] if name else "" for name in node.input]
        for number, name in enumerate(node.output):
            names.setdefault(name, f"{node.name}_{number}")
        node.output[:] = [names[name] if name else "" for name in node.output]
    cast = onnx.helper.make_node("Cast", ["image"], ["image_float"], name="Cast_image", to=onnx.TensorProto.FLOAT)
    made = onnx.helper.make_graph(
        [cast, *nodes],
        "dermaflow",
        [_described(image, "image", onnx.TensorProto.UINT8), *(_described(other, CLINICAL) for other in others)],
        [_described(old, name) for old, name in zip(graph.output, OUTPUTS, strict=True)],
        constants,
    )
    versions = [entry for entry in exported.opset_import if entry.domain in ("", "ai.onnx")]
    return onnx.helper.make_model(
        made, opset_imports=versions, ir_version=exported.ir_version, producer_name="dermaflow"
    )


def _from_the_outputs(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The nodes, each after what it needs, found from the outputs; tf2onnx gives them in another order each time."""
    maker = {name: node for node in graph.node for name in node.output}
    found: dict[str, onnx.NodeProto] = {}
    ahead = [output.name for output in reversed(graph.output)]
    while ahead:
        name = ahead[-1]
        node = maker.get(name)
        wanting = (
            [] if node is None or name in found else [one for one in node.input if one in maker and one not in found]
        )
        if wanting:
            ahead += reversed(wanting)
            continue
        ahead.pop()
        if node is not None:
            found |= dict.fromkeys(node.output, node)
    return list({id(node): node for node in found.values()}.values())


def _in_order_of_use(graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto]) -> list[onnx.TensorProto]:
    """The constants as the nodes need them."""
    by_name = {constant.name: constant for constant in graph.initializer}
    used = dict.fromkeys(name for node in nodes for name in node.input if name in by_name)
    return [by_name[name] for name in used]


def _described(
    old: onnx.ValueInfoProto, name: str, kind: onnx.TensorProto.DataType = onnx.TensorProto.FLOAT
) -> onnx.ValueInfoProto:
    """An input or output of the same shape under another name."""
    shape = [BATCH, *(side.dim_value for side in old.type.tensor_type.shape.dim[1:])]
    return onnx.helper.make_tensor_value_info(name, kind, shape)


def _furthest(expected: Sequence[npt.NDArray[np.float32]], scored: Scores) -> float:
    probabilities, distance = expected
    relative = np.abs(scored.distance - distance) / np.maximum(1, distance)
    return float(np.max([np.abs(scored.probabilities - probabilities).max(), relative.max()]))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what tf2onnx and TensorFlow's export tell of themselves; errors are raised, not told."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(level)
