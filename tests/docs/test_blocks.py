"""Every block of code in the documentation is run, or there is a reason why it is not."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from pollinations.settings.schema import Settings
from pollinations.tap import Options
from pollinations.testing.process import Proxy, running
from pollinations.testing.together import Together

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.rst", *sorted((ROOT / "docs").rglob("*.rst")))
BLOCK = re.compile(
    r"^(?P<indent> *+)(?P<opening>\.\. (?:code-block|code|literalinclude|parsed-literal|math)::.*"
    r"|(?!\.\. ).*::)\n(?P<body>(?:(?P=indent) +.*\n|\n)*)",
    re.MULTILINE,
)
PORT = str(Settings().port)

NOT_RUN: Mapping[str, str] = {
    "2026-08-07T10:11:12.345Z info": "a line of the log, which tests/logs hold to its form",
}
"""What other blocks begin with, and why nobody runs them."""

LEFT_OUT: Mapping[str, str] = {
    r"python3\.11 -m venv .*|(\S*/)?pip install .*|\. \S+/activate": ".ci/run installs it",
    r"(\w+=\S+ )*twist pollinations.*": "it goes on running; its options are tried below",
    r"pollinations connect": "a demonstration keeps no keys; tests/integration/test_shell.py does",
    r"opencode .*": "tests/e2e/test_documentation.py runs it",
}
"""Lines of a shell that are not run here, and why."""

INSTEAD: Mapping[str, str] = {
    # This machine is left as it is.
    "pollinations service install": "pollinations service install --print",
    # Something may be wrong with it.
    "pollinations doctor": "pollinations doctor || test $? = 1",
}


@attrs.frozen
class Block:
    """
    A block of a page.

    :param opening: the line that begins it.
    :param body: its lines, as they are indented.
    """

    page: Path
    opening: str
    body: str

    @property
    def text(self) -> str:
        """What is in it, without options."""
        lines = [line.strip() for line in self.body.splitlines()]
        return "\n".join(line for line in lines if line and not re.match(r":[\w-]+:", line))

    @property
    def directive(self) -> tuple[str, str]:
        """Its name and what it is given; a README's plain blocks are for a shell."""
        found = re.match(r"\.\. ([\w-]+):: *(.*)", self.opening.strip())
        plain = "shell" if self.page.name == "README.rst" else ""
        return (found[1], found[2]) if found else ("code-block", plain)


def blocks(page: Path) -> Iterator[Block]:
    for found in BLOCK.finditer(page.read_text("utf-8") + "\n"):
        yield Block(page, found["opening"], found["body"])


BLOCKS = [block for page in PAGES for block in blocks(page)]
CHAT = [block for block in BLOCKS if block.text.startswith("/poll")]
TESTS = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))


def lines(block: Block) -> list[str]:
    """What is typed, a command each, however many lines it has."""
    given: list[str] = []
    for line in block.text.splitlines():
        if given and not _whole(given[-1]):
            given[-1] += f"\n{line}"
        else:
            given.append(line)
    return given


def _whole(command: str) -> bool:
    try:
        return not command.endswith("\\") and bool(shlex.split(command, comments=True))
    except ValueError:
        return False


def bare(line: str) -> str:
    """*line* without what it says to a reader."""
    return re.sub(r" +# .*", "", line)


TYPED = dict.fromkeys(
    bare(line) for block in BLOCKS if block.directive[1] == "shell" for line in lines(block)
)
"""What is typed into a shell, on all pages, in their order; what two pages say, once."""


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page.name}: {block.opening}")
def test_every_block_is_run(block: Block) -> None:
    """By whom, its form says."""
    name, given = block.directive
    if name == "literalinclude":
        path = (block.page.parent / given).resolve()
        assert path.is_relative_to(ROOT / "docs" / "examples")
        assert path.exists()
        assert path.name in TESTS, "no test runs it"
    elif given != "shell" and block not in CHAT:
        assert any(block.text.startswith(beginning) for beginning in NOT_RUN)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").glob("*.*")), ids=str)
def test_every_example_is_shown(path: Path) -> None:
    """One that no page includes is nobody's."""
    assert any(block.directive[1].endswith(f"examples/{path.name}") for block in BLOCKS)


@pytest.mark.parametrize("line", [line for block in CHAT for line in lines(block)])
def test_what_is_typed_into_a_chat_is_understood(line: str) -> None:
    """It is a command, and is done."""
    said = Together().chat(line)
    assert said.status == 200
    assert not re.search("is not what|There is no", said.text)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Somebody who has done the first of all steps."""
    with running(tmp_path_factory.mktemp("demo"), "--demo", "--port", "0") as proxy:
        yield proxy


def test_what_is_typed_into_a_shell_is_done(demo: Proxy) -> None:
    """From the top of each page to its end, in one shell, with the demonstration running."""
    run = [INSTEAD.get(line, line) for line in TYPED if not left_out(line)]
    script = "\n".join(run).replace(PORT, port_of(demo))
    for tool in ("curl", "jq"):
        if tool in script and shutil.which(tool) is None:
            pytest.skip(f"there is no {tool}")
    done = subprocess.run(
        ["bash", "-xeuo", "pipefail", "-c", script],
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(demo.folder),
            "POLLINATIONS_HOME": str(demo.home),
            "POLLINATIONS_FREE_URL": "http://127.0.0.1:9",
            "POLLINATIONS_ENTER_URL": "http://127.0.0.1:9",
        },
        cwd=demo.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def port_of(proxy: Proxy) -> str:
    return proxy.address.rpartition(":")[2]


def left_out(line: str) -> bool:
    return any(re.fullmatch(pattern, line, re.DOTALL) for pattern in LEFT_OUT)


STARTED = sorted(
    {found[1] for line in TYPED if (found := re.search(r"twist pollinations(.*)", line))}
)


@pytest.mark.parametrize("options", STARTED)
def test_what_starts_a_proxy_is_understood(options: str) -> None:
    """Its options exist, and go together."""
    Options().parseOptions(shlex.split(options))


def test_what_is_left_out_is_there() -> None:
    """A reason for what nobody says any more is none."""
    for pattern in LEFT_OUT:
        assert any(re.fullmatch(pattern, line, re.DOTALL) for line in TYPED)
    assert set(INSTEAD) <= set(TYPED)
    assert all(any(block.text.startswith(one) for block in BLOCKS) for one in NOT_RUN)


def test_a_client_is_answered(demo: Proxy) -> None:
    """The program of the quick start, run as it is but for the port."""
    program = (ROOT / "docs" / "examples" / "client.py").read_text().replace(PORT, port_of(demo))
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert said.stdout.startswith("Hello")
