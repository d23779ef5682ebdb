"""What ``deploy/Dockerfile`` names is there, and what it starts can be started."""

import configparser
import json
import re
import shlex
from pathlib import Path

import pytest

from pollinations.tap import Options
from pollinations.testing.together import Together

ROOT = Path(__file__).parents[2]
LINES = re.sub(
    r"^\s*#.*\n", "", (ROOT / "deploy" / "Dockerfile").read_text(), flags=re.MULTILINE
).replace("\\\n", " ")
STAGES = re.split(r"^FROM ", LINES, flags=re.MULTILINE)[1:]
BUILD, LAST = STAGES


def said(instruction: str, stage: str = LAST) -> str:
    """What follows the one *instruction* of a stage."""
    [found] = re.findall(rf"^{instruction} +(.+?) *$", stage, re.MULTILINE)
    return str(found)


def metadata() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser()
    parsed.read(ROOT / "setup.cfg")
    return parsed


def test_it_is_nobody_in_particular() -> None:
    """A number, so that a cluster can see that it is not root's."""
    user, group = said("USER").split(":")
    assert int(user) == int(group) > 0
    assert f"--uid {user} " in said("RUN")


def test_it_writes_to_one_folder_alone() -> None:
    """Which is where everything is kept; nothing is written beside the code."""
    environ = dict(word.split("=", 1) for word in shlex.split(said("ENV")))
    folder = said("VOLUME")
    assert environ["POLLINATIONS_HOME"] == environ["HOME"] == folder == said("WORKDIR")
    assert f"--home-dir {folder} --create-home" in said("RUN")
    assert environ["PYTHONDONTWRITEBYTECODE"] == "1"
    [environment] = {
        word for word in shlex.split(said("RUN", BUILD)) if word.startswith("/opt/")
    } & {"/opt/pollinations"}
    assert environ["PATH"].startswith(f"{environment}/bin:")
    assert said("COPY").split()[1:] == [environment, environment]


def test_what_it_starts_can_be_started() -> None:
    """The commands are installed, the options understood, the port the one that is open."""
    twist, *_, plugin = json.loads(said("ENTRYPOINT"))
    assert (twist, plugin) == ("twist", "pollinations")
    options = Options()
    options.parseOptions(json.loads(said("CMD")))
    assert options.start.listen == (f"tcp:{said('EXPOSE')}:interface=0.0.0.0",)
    assert "pollinations = " in metadata()["options.entry_points"]["console_scripts"]


def test_its_health_is_looked_at_where_it_is_told() -> None:
    """Without a token, at a path that is there."""
    check = json.loads(said("HEALTHCHECK").split(" CMD ")[1])
    [(port, path)] = re.findall(r"http://127\.0\.0\.1:(\d+)(/[^']*)'", check[-1])
    assert port == said("EXPOSE")
    assert Together(token="local_x").get(path).status == 200
    compile(check[-1], "HEALTHCHECK", "exec")


def test_it_is_made_of_what_is_there() -> None:
    """One base for both stages, with a Python that will do; the extra exists."""
    base = {stage.split()[0] for stage in STAGES}
    [(major, minor)] = re.findall(r"python:(\d+)\.(\d+)-slim", " ".join(base))
    least = metadata()["options"]["python_requires"].removeprefix(">=").split(".")
    assert [int(major), int(minor)] >= [int(part) for part in least]
    extras = re.findall(r"/src\[(\w+)\]", said("RUN", BUILD))
    assert set(extras) <= set(metadata()["options.extras_require"])


@pytest.mark.parametrize(
    "name", re.findall(r"^!(\S+)$", (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(), re.M)
)
def test_what_is_copied_is_there(name: str) -> None:
    assert (ROOT / name).exists()
