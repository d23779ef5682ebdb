"""What programs are given is documented."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pollinations
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.quota import Quota
from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import ENTER, FREE, Route
from pollinations.testing import scripts
from pollinations.testing.commanding import NOW, Commanded

DOCUMENTED = (Path(pollinations.__file__).parents[1] / "docs" / "commands.rst").read_text()
SPENT = {"timestamp": "2026-01-25 09:00:00", "model": "openai", "cost_usd": 1.0}
FALLEN = Route(FREE, "mistral", "Rate Limit (Upstream 429)")


def names(data: Any) -> Iterator[str]:
    """All names in *data*, at any depth."""
    if isinstance(data, dict):
        yield from data
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from names(each)


@pytest.mark.parametrize(
    "line", ["usage full", "status", "models", "models zzzz", "why", "why zzzz"]
)
def test_each_name_is_documented(line: str) -> None:
    """In the command's own section."""
    commanded = Commanded(catalogue=Catalogue({ENTER: (Model("gemini"),)}))
    commanded.quota.latest = Quota(True, 1.0, 3.0, tier="seed", resets=NOW, seen=NOW)
    commanded.imitation.pages["/enter/account/usage"] = scripts.json(200, {"usage": [SPENT]})
    assert commanded.records is not None
    record = Record("abc", "enter/gemini", FALLEN, NOW, attempts=(Attempt(FALLEN, 200, 1.0),))
    commanded.records.add(record)
    commanded.control.outlook.cooldowns.failed((ENTER, "gemini"), NOW)
    verb = line.partition(" ")[0]
    section = re.search(rf"\n``{verb}``\n(.*?)(?=\n``\w+``\n|\Z)", DOCUMENTED, re.DOTALL)
    assert section is not None
    known = section[1] + (DOCUMENTED if verb == "status" else "")
    missing = {name for name in names(dict(commanded.run(line).data)) if f"``{name}``" not in known}
    assert not missing
