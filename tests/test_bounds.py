"""The lower bounds of what is required are claims, and a file pins them so that they are tried."""

import re
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[1]


def required() -> dict[str, str]:
    """Name to lower bound, of all that whoever installs this may get."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    lines = [config["options"]["install_requires"], extras["redis"], extras["otel"]]
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])? >= ([\d.]+)$", "\n".join(lines), re.MULTILINE)
    assert len(found) == sum(len(each.split("\n")) - 1 for each in lines)
    return dict(found)


def test_the_oldest_is_what_is_allowed() -> None:
    """Every bound, and nothing else: one that nobody tries is a guess."""
    lines = (ROOT / ".ci" / "lowest.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert pinned == required()
