"""Laws 3 to 5 as far as they can be read off the code: sizes, names, a test for each module, no hidden state."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "dermaflow"
MODULES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
DOMAIN = [p for p in MODULES if p.is_relative_to(PACKAGE) and p.parent.name not in {"stages", "commands", "tracking"}]
MAX_LINES = 200
MAX_FUNCTION_LINES = 40


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_a_module_is_short_and_says_what_it_is(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_a_function_is_short(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or 0) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            assert lines <= MAX_FUNCTION_LINES, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=lambda p: p.stem)
def test_a_module_has_its_test(path):
    room = path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else ROOT).parent
    assert (ROOT / "tests" / room / f"test_{path.stem}.py").exists()


def test_an_init_holds_a_docstring_only():
    for path in MODULES:
        if path.name == "__init__.py":
            assert [type(node) for node in tree(path).body] == [ast.Expr], path


def test_no_module_has_a_name_that_says_nothing():
    assert not {path.stem for path in MODULES} & {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def test_no_python_stands_in_the_folders_mlflow_and_docker():
    found = [*(ROOT / "mlflow").rglob("*.py"), *(ROOT / "docker").rglob("*.py")]
    assert not [path for path in found if not path.is_relative_to(ROOT / "mlflow" / "store")]  # holds packaged code


@pytest.mark.parametrize("path", DOMAIN, ids=names(DOMAIN))
def test_the_domain_opens_no_parameters_and_holds_no_state(path):
    for node in ast.walk(tree(path)):
        assert not isinstance(node, ast.Global | ast.Nonlocal), f"line {node.lineno}"
        if path.name != "params.py" and isinstance(node, ast.Name):
            assert node.id not in {"load_params", "read_sections"}, f"line {node.lineno}"


def test_no_number_lives_in_a_params_class():
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Params" for b in node.bases):
                defaults = [n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and _default(n.value)]  # type: ignore[union-attr]
                assert not defaults, f"{path.stem}.{node.name}: params.yaml is the place of {defaults}"


def _default(value: ast.expr | None) -> bool:
    """Whether a field states a value of its own: anything but a Field(...) without one, or a plain "not stated"."""
    if value is None or ast.unparse(value) in {"''", "Field(default_factory=dict)", "Field(default_factory=list)"}:
        return False
    is_field = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Field"
    return not is_field or bool(value.args) or any(k.arg in {"default", "default_factory"} for k in value.keywords)
