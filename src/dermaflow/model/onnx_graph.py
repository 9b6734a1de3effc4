"""An exported graph as it is kept: with our names, from bytes, the same bytes for the same weights. No Keras.

Inputs: `image`, uint8 (batch, size, size, 3), 0..255, and `clinical` where the model takes it. Outputs:
`probabilities` and `distance` as in model.whole.
Nothing in it says when or by which process it was written.
"""

from collections.abc import Sequence

import numpy as np
import onnx

from dermaflow.model.session import CLINICAL, OUTPUTS

BATCH = "batch"


def stable(exported: onnx.ModelProto) -> onnx.ModelProto:
    """The same computation from bytes, in an order and with names that depend on nothing but the computation."""
    graph = exported.graph
    _say_erfc_by_erf(graph)
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


def _say_erfc_by_erf(graph: onnx.GraphProto) -> None:
    """Put 1 - erf(x) where tf2onnx leaves TensorFlow's erfc(x), which ONNX has not; ConvNeXt's GELU uses it."""
    left = [node for node in graph.node if node.op_type == "Erfc"]
    for node in left:
        (told,) = node.output
        node.op_type, node.output[0] = "Erf", f"{told}_erf"
        graph.node.append(onnx.helper.make_node("Sub", ["erfc_one", node.output[0]], [told]))
    if left:
        graph.initializer.append(onnx.numpy_helper.from_array(np.ones((), dtype=np.float32), "erfc_one"))


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
