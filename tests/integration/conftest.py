"""What the tests of whole processes share."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from pollinations.testing.process import Proxy, running

PATIENCE = 30.0
"""Seconds after which a test gives up hope."""


@attrs.frozen
class Answer:
    """What an HTTP server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """What it says, if it is an error in OpenAI's envelope."""
        assert self.headers["content-type"].startswith("application/json")
        error = self.json["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        return str(error["message"])


@pytest.fixture(scope="session")
def call() -> Callable[..., Answer]:
    """Asks a proxy; blocks until it has answered."""

    def call(proxy: Proxy, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(proxy.address, timeout=PATIENCE)
        with closing(connection):
            method = "GET" if body is None else "POST"
            sent = None if body is None else json.dumps(body)
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, sent, {**kind, **headers})
            got = connection.getresponse()
            named = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, named, got.read())

    return call


@pytest.fixture(scope="session")
def chat(call: Callable[..., Answer]) -> Callable[..., Answer]:
    """Asks a proxy's model something."""

    def chat(proxy: Proxy, model: str = "free/openai", text: str = "Hi", **fields: Any) -> Answer:
        messages = [{"role": "user", "content": text}]
        return call(proxy, "/v1/chat/completions", {"model": model, "messages": messages, **fields})

    return chat


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy that demonstrates itself."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with running(folder, "--demo", "--port", "0") as proxy:
        yield proxy
