"""The provider block: OpenCode finds the proxy on whichever port, and no key is in it."""

import json
from pathlib import Path

import jsonschema
import pytest

from pollinations.opencode.provider import block, reference, static_url
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.settings.home import Home

SCHEMA = json.loads(
    Path(__file__).parents[1].joinpath("fixtures/opencode/settings.schema.json").read_text()
)


def test_all_of_it_is_as_opencode_wants_it() -> None:
    made = block(LAST_RESORT, True, "http://127.0.0.1:1/v1", "free/openai-fast", "{file:~/t}")
    jsonschema.validate(made.to_json(), SCHEMA)
    assert made.to_json()["provider"]["pollinations"]["options"] == {
        "baseURL": "http://127.0.0.1:1/v1",
        "apiKey": "{file:~/t}",
        "timeout": False,
        "headerTimeout": 300_000,
        "chunkTimeout": 300_000,
    }


def test_where_no_token_is_wanted_none_is_named() -> None:
    made = block(LAST_RESORT, False, "http://127.0.0.1:1/v1", "free/openai-fast")
    assert "apiKey" not in made.provider["options"]


def test_both_commands_reach_the_proxy() -> None:
    command = block(LAST_RESORT, False, "http://x/v1", "free/x").command
    assert {name: each["template"] for name, each in command.items()} == {
        "pollinations": "/pollinations $ARGUMENTS",
        "poll": "/pollinations $ARGUMENTS",
    }


@pytest.mark.parametrize(
    ("small", "found"),
    [
        ("free/mistral", "pollinations/free/mistral"),
        ("mistral", "pollinations/free/mistral"),
        ("free/openai", "pollinations/free/openai-fast"),
        ("free/nobody", "pollinations/free/openai-fast"),
    ],
)
def test_the_small_model_is_one_that_there_is(small: str, found: str) -> None:
    made = block(LAST_RESORT, False, "http://x/v1", small)
    assert made.small_model == found
    assert found.removeprefix("pollinations/") in made.provider["models"]


def test_no_free_model_makes_no_small_one() -> None:
    made = block(Catalogue({"enter": (Model("x"),)}), True, "http://x/v1", "free/x")
    assert "small_model" not in made.to_json()


@pytest.mark.parametrize(
    ("home", "url"),
    [
        ("/home/u/.pollinations", "http://127.0.0.1:{file:~/.pollinations/port}/v1"),
        ("/home/u/é b", "http://127.0.0.1:{file:~/é b/port}/v1"),
        ("/srv/p", "http://127.0.0.1:{file:/srv/p/port}/v1"),
        ("/home/user2/p", "http://127.0.0.1:{file:/home/user2/p/port}/v1"),
        ('/srv/"p', "http://127.0.0.1:10001/v1"),
        ("/srv/}p", "http://127.0.0.1:10001/v1"),
        ("/srv/\\p", "http://127.0.0.1:10001/v1"),
        ("/srv/\np", "http://127.0.0.1:10001/v1"),
    ],
)
def test_the_port_is_read_from_its_file(home: str, url: str) -> None:
    assert static_url(Home(Path(home)), {"HOME": "/home/u"}, 10001) == url


def test_the_users_folder_itself_is_no_file() -> None:
    assert reference(Path("/home/u"), {"HOME": "/home/u"}) == "{file:/home/u}"
