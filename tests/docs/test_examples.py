"""What the documentation shows works."""

import runpy
import unittest
from pathlib import Path
from typing import Any

import orjson
import pytest
from treq.testing import RequestTraversalAgent, StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from pollinations.settings.home import Home
from pollinations.settings.reading import read_settings
from pollinations.settings.schema import Settings
from pollinations.signatures.document import load
from pollinations.testing import scripts
from pollinations.testing.account import DEMO_KEY
from pollinations.testing.chunks import context
from pollinations.testing.imitation import Imitation
from pollinations.testing.together import Together
from pollinations.upstream.agent import LeanClient

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ASKED = {"messages": [{"role": "user", "content": "hi"}]}


def run(name: str) -> Any:
    """What an example defines."""
    return runpy.run_path(str(EXAMPLES / name))


def written(name: str) -> Any:
    """What an example in JSON is."""
    return orjson.loads((EXAMPLES / name).read_bytes())


class HouseTests(SynchronousTestCase):
    """Tests for ``docs/examples/house.py``."""

    def test_serves_the_api_with_its_own_router(self) -> None:
        """Whatever was asked for, the house's model answers."""
        imitation = Imitation(Clock(), scripts.text("Hel", "lo"))
        back = RequestTraversalAgent(_Moved(imitation.resource()))
        root = Resource()
        run("house.py")["mount"](root, LeanClient(back))
        treq = StubTreq(root)
        headers = {"Content-Type": "application/json"}
        asking = treq.post(
            "http://site/ai/v1/chat/completions", orjson.dumps(ASKED), headers=headers
        )
        back.flush()
        treq.flush()
        response = self.successResultOf(asking)
        completion = self.successResultOf(response.json())
        self.assertEqual(completion["choices"][0]["message"]["content"], "Hello")
        [asked] = imitation.asked()
        self.assertEqual(asked.model, "qwen-coder")


class _Moved(Resource):
    """The imitation at the place where the example's server is."""

    isLeaf = True

    def __init__(self, resource: Any) -> None:
        super().__init__()
        self._resource = resource

    def render(self, request: Any) -> Any:
        request.postpath[:] = [b"free", b"openai", b"chat", b"completions"]
        return self._resource.render(request)


class GuardedTests(SynchronousTestCase):
    """Tests for ``docs/examples/guarded.py``."""

    def test_wants_the_token(self) -> None:
        """Which opens the door to what the site had before."""
        site = run("guarded.py")["guarded"](Together().api.app.resource(), "sesame", Clock())
        treq = StubTreq(site.resource)
        for token, status in (("sesame", 200), ("open", 401)):
            headers = {"Host": "127.0.0.1:80", "Authorization": f"Bearer {token}"}
            response = self.successResultOf(treq.get("http://127.0.0.1/v1/models", headers=headers))
            self.assertEqual(response.code, status)


@pytest.mark.parametrize(
    ("name", "tests"), [("router.py", "FreeFirstTests"), ("stage.py", "StraightQuotesTests")]
)
def test_its_own_tests_pass(name: str, tests: str) -> None:
    """As they stand there, with the suite of the interface if it has one."""
    case = run(name)[tests]
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun > 1
    assert result.wasSuccessful(), result.failures + result.errors


def test_the_stage_is_put_before_those_of_the_package() -> None:
    """By what the upstream is given, and only where it is concerned."""
    stages = run("stage.py")["stages"]
    assert type(stages(context())[0]).__name__ == "StraightQuotes"
    plain = context(response_format={"type": "json_object"})
    assert "StraightQuotes" not in {type(stage).__name__ for stage in stages(plain)}


def test_the_settings_are_settings() -> None:
    """Nothing in them is wrong, and something is set."""
    settings, problems = read_settings(written("config.json"))
    assert problems == ()
    assert settings != Settings()


def test_a_key_that_was_connected_is_told_of_like_that() -> None:
    """When it is good."""
    got = Together().post("/v1/auth", orjson.dumps({"apiKey": DEMO_KEY}))
    assert got.json == written("connected.json")


def test_notifications_look_like_that() -> None:
    """All fields, and the words of one that is made."""
    proxy = Together(scripts.InTurn(scripts.insufficient_balance(), scripts.text("Hi")))
    proxy.chat("Hello", model="enter/claude")
    shown, given = written("notifications.json"), proxy.get("/v1/notifications").json
    own = {name: shown["data"][0][name] for name in ("id", "at")}
    assert {**given, "data": [{**each, **own} for each in given["data"]]} == shown


def test_the_file_of_signatures_can_be_read(tmp_path: Path) -> None:
    """It is left where it is."""
    path = tmp_path / "signatures.json"
    path.write_bytes((EXAMPLES / "signatures.json").read_bytes())
    document = load(path, tmp_path / "aside")
    assert document.entries == written("signatures.json")["entries"]
    assert document.set_aside is None


def test_prometheus_is_told_the_port_and_the_token() -> None:
    """Where they are unless one says otherwise."""
    text = (EXAMPLES / "prometheus.yml").read_text()
    assert f'["127.0.0.1:{Settings().port}"]' in text
    home = Home.of({"HOME": "/home/me"})
    assert f"credentials_file: {home.token}\n" in text
