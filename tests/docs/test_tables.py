"""What the documentation takes from the code."""

import ast
import re
from pathlib import Path

import pytest
from from_code import PARTS, reference

import pollinations
from pollinations.commands import VERBS
from pollinations.metrics.figures import FIGURES
from pollinations.quirks import QUIRKS
from pollinations.routing.failure import TABLE
from pollinations.settings.paths import PATHS
from pollinations.shell import COMMANDS
from pollinations.stages import STAGES

ROOT = Path(pollinations.__file__).parents[1]
TABLES = ("settings", "options", "commands", "shell-commands", "failures", "figures", "paths")


def cells(part: str) -> list[list[str]]:
    """The rows of a table, without its header."""
    rows = re.split(r"^   \* - ?", PARTS[part](), flags=re.MULTILINE)[2:]
    return [re.split(r"\n     - ?", row.strip("\n")) for row in rows]


@pytest.mark.parametrize("part", TABLES)
def test_rows_are_as_long_as_their_header(part: str) -> None:
    """Otherwise Sphinx shows none of them."""
    header = PARTS[part]().split("   * - ")[1].count("\n     - ") + 1
    assert {len(row) for row in cells(part)} == {header}


def test_every_setting_is_told_of_once() -> None:
    """With what it does."""
    rows = [row for part in ("settings", "options") for row in cells(part)]
    told = [row[0].split(",")[0].strip("`") for row in rows]
    assert sorted(told) == sorted(PATHS)
    assert all(row[-1] for row in rows)


def test_a_setting_says_what_it_may_be_and_is() -> None:
    """As the schema has it."""
    row = next(row for row in cells("settings") if row[0] == "``thresholds.tier``")
    assert row[1] == "a number from 0 to 100; ``10.0``"
    port = next(row for row in cells("options") if row[0].startswith("``port``"))
    assert port[0] == "``port``, ``--port``, ``POLLINATIONS_PORT``"


def test_commands_are_those_of_the_code() -> None:
    """In their order."""
    assert [row[0] for row in cells("commands")] == [f"``{verb.use}``" for verb in VERBS]
    said = [row[0].strip("`").split()[0] for row in cells("shell-commands")]
    assert list(dict.fromkeys(said)) == [command.name for command in COMMANDS]


def test_failures_and_figures_are_those_of_the_code() -> None:
    assert [row[0] for row in cells("failures")] == [row.verdict.kind for row in TABLE]
    assert [row[0].strip("`") for row in cells("figures")] == [f.full_name for f in FIGURES]


def test_paths_are_those_that_are_served() -> None:
    """The first is the one that OpenAI has."""
    served = {row[1]: row[0] for row in cells("paths")}
    assert served["``/v1/chat/completions``, ``/chat/completions``"] == "POST"
    assert served["``/v1/models/<name>``, ``/models/<name>``"] == "GET"


def test_a_failure_says_when() -> None:
    """All its conditions, and none where it has none."""
    found = {row[1] for row in cells("failures")}
    assert {"401; ``free`` only; Gemini with tools", "429", "anything else"} <= found


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.name)
def test_every_rule_is_told_of(quirk: object) -> None:
    """With a sentence that says what it does, in which values stand for their names."""
    told = PARTS["quirks"]()
    for name, _ in (*quirk.first, *quirk.rules):  # type: ignore[attr-defined]
        row = re.search(rf"\* - ``{quirk.name}\.{name}``\n     - (.+)", told)  # type: ignore[attr-defined]
        assert row is not None
        assert ":data:" not in row[1]
        assert row[1].endswith(".")


def test_every_stage_has_a_section() -> None:
    """With what comes in, and what goes out."""
    told = PARTS["stages"]()
    assert told.count("\n---") == len(STAGES)
    assert told.count(".before\n") == told.count(".after\n") >= len(STAGES)


def test_interfaces_are_told_with_their_methods() -> None:
    assert ".. py:method:: route(request, situation)" in PARTS["seams"]()


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "api").glob("*.rst")), ids=str)
def test_all_modules_of_a_room_are_there(page: Path) -> None:
    """Whoever adds one need not think of it."""
    for name in re.findall(r"^\.\. room:: (\w+)$", page.read_text(), re.MULTILINE):
        listed = set(re.findall(r"automodule:: (\S+)", reference.room(name)))
        files = (ROOT / "pollinations" / name).rglob("*.py")
        modules = (path.relative_to(ROOT).with_suffix("") for path in files)
        assert listed == {".".join(path.parts).removesuffix(".__init__") for path in modules}


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "from_code").glob("*.py")), ids=str)
def test_tables_need_no_sphinx(path: Path) -> None:
    """So these tests need none either."""
    for node in ast.parse(path.read_text()).body:
        assert not (isinstance(node, ast.ImportFrom) and str(node.module).startswith("sphinx"))
