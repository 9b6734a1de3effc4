import pytest
from pydantic import Field

from dermaflow.core.errors import ParamsError
from dermaflow.core.params import Params, load_params, read_sections


class Inner(Params):
    depth: int


class Kind(Params):
    rate: float = Field(gt=0)
    name: str
    inner: Inner


@pytest.fixture
def params(tmp_path):
    def write(text: str):
        path = tmp_path / "params.yaml"
        path.write_text(text)
        return path

    return write


def test_a_section_becomes_its_class(params):
    path = params("kind: {rate: 1, name: a, inner: {depth: 2}}")
    assert load_params("kind", Kind, path) == Kind(rate=1.0, name="a", inner=Inner(depth=2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: {rate: 1, name: a, inner: {depth: 2}, rat: 3}", "kind.rat: unknown key; known are rate, name, inner"),
        ("kind: {rate: 1, name: a, inner: {depth: 2, width: 3}}", "kind.inner.width: unknown key"),
        ("kind: {rate: 1, name: a, inner: {depth: two}}", "kind.inner.depth: .*received 'two'"),
        ("kind: {rate: 1, name: a, inner: {depth: true}}", "kind.inner.depth: .*received True"),
        ("kind: {rate: 0, name: a, inner: {depth: 2}}", "kind.rate: .*greater than 0, received 0"),
        ("kind: {rate: 1, inner: {depth: 2}}", "kind.name: this key is missing"),
        ("kind:", "kind.rate: this key is missing"),
        ("other: {}", "expected a section 'kind', found other"),
        ("[1, 2]", "expected a mapping of sections, received"),
        ("", "expected a mapping of sections, received NoneType"),
        ("kind: {", "expected YAML"),
        ("kind: 3", "kind: .*received 3"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(params, text, message):
    with pytest.raises(ParamsError, match=message):
        load_params("kind", Kind, params(text))


def test_all_faults_are_told_at_once(params):
    with pytest.raises(ParamsError) as error:
        load_params("kind", Kind, params("kind: {rate: -1, inner: {depth: 2}, extra: 1}"))
    assert all(key in str(error.value) for key in ("kind.rate", "kind.name", "kind.extra"))


def test_a_missing_file_says_where_to_stand(tmp_path):
    with pytest.raises(ParamsError, match=r"params.yaml is missing: run from the folder that holds dvc\.yaml"):
        read_sections(tmp_path / "params.yaml")


def test_params_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Inner(depth=1).depth = 2  # type: ignore[misc]
