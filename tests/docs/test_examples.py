"""What the documentation shows works."""

import runpy
from pathlib import Path
from typing import Any

import orjson
import pytest
from treq.testing import RequestTraversalAgent, StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

import pollinations
from pollinations.testing import scripts
from pollinations.testing.imitation import Imitation
from pollinations.upstream.agent import http_client

ROOT = Path(pollinations.__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
ASKED = {"messages": [{"role": "user", "content": "hi"}]}


class HouseTests(SynchronousTestCase):
    """Tests for ``docs/examples/house.py``."""

    def test_serves_the_api_with_its_own_router(self) -> None:
        """Whatever was asked for, the house's model answers."""
        house: Any = runpy.run_path(str(EXAMPLES / "house.py"))
        imitation = Imitation(Clock(), scripts.text("Hel", "lo"))
        pages = imitation.resource()
        back = RequestTraversalAgent(_Moved(pages))
        root = Resource()
        house["mount"](root, http_client(back))
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


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_the_example_is_shown_somewhere(path: Path) -> None:
    """An example that no page includes is nobody's."""
    pages = [page.read_text() for page in (ROOT / "docs").glob("*.rst")]
    assert any(f"examples/{path.name}" in page for page in pages)
