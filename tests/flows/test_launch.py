import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOW = """
import sys
from flows.launch import arguments, launch
from flows.processes import run_streamed

def start():
    print("asked for", arguments())
    run_streamed([sys.executable, "-c", arguments()[0]], print)
    return "all done"

if __name__ == "__main__":
    launch("a_flow", start)
"""


@pytest.fixture(params=[["a_flow"], ["flows.launch", "a_flow"]], ids=" ".join)
def launched(request, tmp_path, monkeypatch):
    """Run a flow that runs a line of Python, in a folder of its own, in both ways to start one."""
    (tmp_path / "a_flow.py").write_text(FLOW)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(code):
        command = [sys.executable, "-m", *request.param, code]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_a_flow_gets_its_arguments_and_its_summary_is_the_last_line(launched):
    done = launched("print('working')")
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["asked for [\"print('working')\"]", "working", "", "all done"]


def test_a_command_that_fails_ends_the_flow_with_its_own_words(launched):
    done = launched("raise SystemExit('error: the disk is full')")
    assert done.returncode == 1
    assert "error: the disk is full" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_what_only_supervises_imports_no_prefect():
    program = "import sys, flows.launch; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
