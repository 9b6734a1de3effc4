import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from dermaflow.cli import app


def test_help_comes_at_once_and_imports_nothing_heavy():
    code = (
        "import sys\nfrom dermaflow.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "assert not {'mlflow', 'tensorflow', 'keras', 'pandas', 'prefect'} & set(sys.modules)"
    )
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    names = ("set", "sources", "check", "log", "promote", "rollback", "registry", "predict", "pool", "trials")
    assert all(name in done.stdout for name in names)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("command", [["registry"], ["rollback"], ["predict", "."]])
def test_an_error_is_one_line_and_exit_code_1(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: there is no MLflow store")
    assert len(done.stderr.splitlines()) == 1
