from importlib.metadata import version

from dermaflow.tracking.packaging import requirements, signature


def test_requirements_are_pinned_to_what_is_installed_and_need_neither_keras_nor_tensorflow():
    pins = dict(line.split("==") for line in requirements())
    assert {"onnxruntime", "mlflow", "pillow"} <= pins.keys()
    assert all(version(name) == pinned for name, pinned in pins.items())
    assert not {"keras", "tensorflow", "tensorflow-cpu", "onnx", "tf2onnx"} & pins.keys()


def test_the_signature_takes_bytes_and_what_is_known_beside_them_and_gives_a_probability_a_class_in_order():
    described = signature(["melanoma", "nevus"])
    assert [(column.name, column.type.name, column.required) for column in described.inputs] == [
        ("image", "binary", True),
        ("age", "string", False),
        ("sex", "string", False),
        ("site", "string", False),
    ]
    assert [(column.name, column.type.name) for column in described.outputs] == [
        ("predicted", "string"),
        ("p_melanoma", "double"),
        ("p_nevus", "double"),
        ("melanoma_suspected", "string"),
        ("distance", "double"),
    ]
