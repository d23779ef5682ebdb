"""``pollinations setup``, as a person runs it."""

import json
import os
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import jsonschema
import pytest
from click.testing import CliRunner, Result

from pollinations.cli import main
from pollinations.opencode.provider import block
from pollinations.routing.catalogue import Catalogue, Model
from pollinations.settings import jsonc
from pollinations.settings.home import Home, Running, make_token

SCHEMA = json.loads(
    Path(__file__).parents[1].joinpath("fixtures/opencode/settings.schema.json").read_text()
)
CATALOGUE = Catalogue({"free": (Model("one"),), "enter": (Model("two"),)})


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "POLLINATIONS_API_KEY", "POLLINATIONS_PORT"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("setup", *arguments))


def printed() -> Any:
    result = run("--print")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def options() -> Any:
    return printed()["provider"]["pollinations"]["options"]


def home() -> Home:
    return Home.of(os.environ)


def config() -> Path:
    return Path(os.environ["HOME"], ".config", "opencode", "opencode.json")


def files() -> list[Path]:
    return [path for path in Path.cwd().rglob("*") if path.is_file()]


@attrs.define(eq=False)
class Fake:
    """A proxy as far as setup asks it: pages by path, what is missing is 404."""

    pages: Mapping[str, Any]
    server: ThreadingHTTPServer = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        pages = self.pages

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(pages.get(self.path, {"error": {}})).encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)

    def announce(self, host: str = "127.0.0.1") -> int:
        """Say in the proxy's folder that this is a proxy; its port."""
        port = self.server.server_port
        home().announce(Running(f"http://{host}:{port}/v1", os.getpid(), port, "1", 1))
        return port


HEALTH = {"status": "ok", "version": "1", "mode": "pro", "has_key": True}
TOLD = block(CATALOGUE, True, "http://x/v1", "free/one").to_json()


@pytest.fixture
def pages() -> dict[str, Any]:
    return {"/health": HEALTH, "/v1/opencode": TOLD}


@pytest.fixture
def proxy(pages: dict[str, Any]) -> Iterator[Fake]:
    fake = Fake(pages)
    thread = Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.server.shutdown()
        thread.join()
        fake.server.server_close()


def test_it_says_what_it_does_and_what_is_next() -> None:
    result = run()
    assert result.exit_code == 0
    assert f"{config()} is made.\n" in result.output
    assert "There is no key" in result.output
    assert "opencode models pollinations" in result.output
    again = run()
    assert (again.exit_code, "nothing is changed" in again.output) == (0, True)
    removed = run("--remove")
    assert (removed.exit_code, config().exists()) == (0, False)


def test_what_is_said_has_no_marks() -> None:
    """It is plain text, on a terminal and in a pipe."""
    assert "`" not in run().output


def test_to_print_writes_nothing() -> None:
    found = printed()
    jsonschema.validate(found, SCHEMA)
    assert set(found) == {"small_model", "provider", "command"}
    assert files() == []


def test_a_project_is_the_current_folder() -> None:
    assert run("--project").exit_code == 0
    assert Path("opencode.json").exists()
    plugin = Path(".opencode/plugins/pollinations.js").read_text()
    assert str(Path.cwd()) not in plugin
    assert not config().exists()
    assert run("--project", "--remove").exit_code == 0
    assert not Path("opencode.json").exists()


@pytest.mark.parametrize("arguments", [("--remove", "--print"), ("x",), ("--removed",)])
def test_what_is_not_understood_changes_nothing(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert files() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"plugin": "x"}'])
def test_what_is_broken_is_said_and_left(content: bytes) -> None:
    config().parent.mkdir(parents=True)
    config().write_bytes(content)
    result = run()
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {config()}: ")
    assert config().read_bytes() == content


def test_the_plugin_knows_the_folder_that_is_not_the_usual_one() -> None:
    run()
    plugin = config().with_name("plugins") / "pollinations.js"
    assert str(home().path) in plugin.read_text()


def test_a_setting_that_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLLINATIONS_PORT", "many")
    result = run()
    assert (result.exit_code, files()) == (1, [])
    assert "port" in result.output


@pytest.mark.parametrize(("said", "port"), [("20001", "20001"), ("0", "10001")])
def test_the_port_is_the_one_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, said: str, port: str
) -> None:
    monkeypatch.setenv("POLLINATIONS_PORT", said)
    run()
    assert home().port.read_text() == port


def test_a_key_brings_the_models_that_it_pays_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(name.startswith("enter/") for name in models())
    monkeypatch.setenv("POLLINATIONS_API_KEY", "sk_0123456789abcdef")
    assert any(name.startswith("enter/") for name in models())
    assert "sk_0123456789abcdef" not in run("--print").output


def models() -> list[str]:
    return list(printed()["provider"]["pollinations"]["models"])


def test_a_token_is_referred_to_and_not_copied() -> None:
    assert "apiKey" not in options()
    token = make_token(home().token)
    assert options()["apiKey"] == f"{{file:{home().token}}}"
    assert token not in run("--print").output


def test_a_token_that_cannot_be_read_is_said() -> None:
    home().path.mkdir()
    home().token.write_bytes(b"")
    result = run()
    assert result.exit_code == 1
    assert "is empty" in result.output


def test_the_proxy_that_runs_knows_its_models(proxy: Fake) -> None:
    proxy.announce()
    assert models() == ["free/one", "enter/two"]
    assert printed()["small_model"] == "pollinations/free/one"
    assert options()["baseURL"] == f"http://127.0.0.1:{{file:{home().port}}}/v1"
    assert "There is no key" not in run().output


def test_a_proxy_at_another_address_is_named_by_it(proxy: Fake) -> None:
    port = proxy.announce("localhost")
    assert options()["baseURL"] == f"http://localhost:{port}/v1"


@pytest.mark.parametrize(
    "told", [None, {}, [], {"provider": {}}, {**TOLD, "command": []}, {"provider": {"x": {}}}]
)
def test_a_proxy_that_does_not_say_is_no_obstacle(
    proxy: Fake, pages: dict[str, Any], told: Any
) -> None:
    pages["/v1/opencode"] = told
    proxy.announce()
    assert "free/openai-fast" in models()
    assert "enter/openai" in models()


def test_lists_on_disk_do_without_a_proxy() -> None:
    home().path.mkdir()
    home().catalogue.write_bytes(CATALOGUE.to_json())
    assert models() == ["free/one"]


def test_comments_are_still_there() -> None:
    config().parent.mkdir(parents=True)
    config().write_text('// Mine.\n{"provider": {} /* p */}\n')
    run()
    assert config().read_text().startswith("// Mine.\n")
    assert "pollinations" in jsonc.loads(config().read_bytes())["provider"]
    run("--remove")
    assert config().read_text() == '// Mine.\n{"provider": {} /* p */}\n'
