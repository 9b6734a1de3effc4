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
    path = params("train: {rate: 1, name: a, inner: {depth: 2}}")
    assert load_params("train", Kind, path) == Kind(rate=1.0, name="a", inner=Inner(depth=2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train: {rate: 1, name: a, inner: {depth: 2}, rat: 3}", "train.rat: unknown key; known are rate, name, inner"),
        ("train: {rate: 1, name: a, inner: {depth: 2, width: 3}}", "train.inner.width: unknown key"),
        ("train: {rate: 1, name: a, inner: {depth: two}}", "train.inner.depth: .*received 'two'"),
        ("train: {rate: 1, name: a, inner: {depth: true}}", "train.inner.depth: .*received True"),
        ("train: {rate: 0, name: a, inner: {depth: 2}}", "train.rate: .*greater than 0, received 0"),
        ("train: {rate: 1, inner: {depth: 2}}", "train.name: this key is missing"),
        ("train:", "train.rate: this key is missing"),
        ("split: {}", "expected a section 'train', found split"),
        ("train: {}\ntrian: {}", "unknown section trian; known are ingest"),
        ("[1, 2]", "expected a mapping of sections, received"),
        ("", "expected a mapping of sections, received NoneType"),
        ("train: {", "expected YAML"),
        ("train: 3", "train: .*received 3"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(params, text, message):
    with pytest.raises(ParamsError, match=message):
        load_params("train", Kind, params(text))


def test_all_faults_are_told_at_once(params):
    with pytest.raises(ParamsError) as error:
        load_params("train", Kind, params("train: {rate: -1, inner: {depth: 2}, extra: 1}"))
    assert all(key in str(error.value) for key in ("train.rate", "train.name", "train.extra"))


def test_a_missing_file_says_where_to_stand(tmp_path):
    with pytest.raises(ParamsError, match=r"params.yaml is missing: run from the folder that holds dvc\.yaml"):
        read_sections(tmp_path / "params.yaml")


def test_params_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Inner(depth=1).depth = 2  # type: ignore[misc]
