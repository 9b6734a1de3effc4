import pytest

from dermaflow.core import errors


@pytest.mark.parametrize("error", [errors.SourceError("expected images"), OSError(28, "No space left on device")])
def test_an_expected_error_is_one_line_and_exit_code_1(error, capsys):
    def main() -> None:
        raise error

    with pytest.raises(SystemExit) as stop:
        errors.run(main)
    assert stop.value.code == 1
    assert capsys.readouterr().err == f"error: {error}\n"


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        errors.run(lambda: 1 / 0)


def test_the_tree_in_the_docstring_is_the_tree():
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert name in (errors.__doc__ or "")
