"""The benchmark beside others: its programs in C are built, and its peers answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is for Linux")
@pytest.mark.skipif(shutil.which("cc") is None, reason="wants cc")
def test_all_of_the_quick_form_answers() -> None:
    """Those of other origin where they are installed; nothing is fetched."""
    paths = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    others = [name for name in ("nginx", "node") if shutil.which(name, path=paths)]
    names = [*others, "naive", "ours"]
    command = (sys.executable, "-m", "peers", "--check", "--python", sys.executable)
    done = subprocess.run(
        [*command, "--peers", ",".join(names)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "benchmarks")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{name}: 0 failures" for name in names]
