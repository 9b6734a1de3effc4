import sys
from importlib.metadata import packages_distributions, version

import grimp

from dermaflow.tracking.packaging import LOADER, NEEDED, requirements, signature


def test_requirements_are_pinned_to_what_is_installed_and_need_neither_keras_nor_tensorflow():
    pins = dict(line.split("==") for line in requirements())
    assert {"onnxruntime", "mlflow", "pillow"} <= pins.keys()
    assert all(version(name) == pinned for name, pinned in pins.items())
    assert not {"keras", "tensorflow", "tensorflow-cpu", "onnx", "tf2onnx"} & pins.keys()


def test_what_is_required_is_what_the_served_code_imports_and_mlflow():
    graph = grimp.build_graph("dermaflow", include_external_packages=True, cache_dir=None)
    ours = {LOADER, *(module for module in graph.find_upstream_modules(LOADER) if module.startswith("dermaflow"))}
    imported = {name.split(".")[0] for module in ours for name in graph.find_modules_directly_imported_by(module)}
    named = packages_distributions()
    of_others = imported - sys.stdlib_module_names - {"dermaflow", "distributed"}  # Dask: where a cluster is asked for
    needed = {named[name][0].lower() for name in of_others}
    assert set(NEEDED) == needed | {"mlflow"}


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
