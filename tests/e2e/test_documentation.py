"""What the documentation has one type for OpenCode, typed."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from pollinations.testing.process import Proxy

ROOT = Path(__file__).parents[2]
POLLINATIONS = Path(sys.executable).with_name("pollinations")
PAGES = (ROOT / "README.rst", *sorted((ROOT / "docs").rglob("*.rst")))
TYPED = {
    tuple(shlex.split(line, comments=True)[1:])
    for page in PAGES
    for line in re.findall(r"^ +(opencode .+)$", page.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("arguments", sorted(TYPED), ids=" ".join)
def test_it_is_answered(
    opencode: Any, demo: Proxy, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """After ``pollinations setup``, by the proxy that runs."""
    user = attrs.evolve(
        opencode, folder=tmp_path / "user", environ={"OPENCODE_CONFIG_CONTENT": "{}"}
    )
    subprocess.run(
        [POLLINATIONS, "setup"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(user.folder),
            "POLLINATIONS_HOME": str(demo.home),
        },
        check=True,
        capture_output=True,
    )
    process = user.start("", *arguments)
    output, _ = process.communicate(timeout=120)
    assert (process.returncode, "Hello" in output) == (0, True), output
