"""Setting up, on disk: nothing is lost, and what was done can be undone."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from pollinations.opencode.places import Place
from pollinations.opencode.plugin import plugin
from pollinations.opencode.provider import block
from pollinations.opencode.setup import Refused, Report, Setup
from pollinations.routing.last_resort import LAST_RESORT
from pollinations.settings import jsonc
from pollinations.settings.home import Home

URL = "http://127.0.0.1:{file:~/.pollinations/port}/v1"
WANTED = block(LAST_RESORT, False, URL, "free/openai-fast").to_json()
MORE = block(LAST_RESORT, True, URL, "free/openai-fast").to_json()
MINE = b'// Mine.\r\n{\r\n\t"a": [1, 2,], // b\r\n\t"provider": {"x": {}},\r\n}\r\n'


@attrs.define
class User:
    """A user's folder."""

    folder: Path
    environ: dict[str, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.environ = {"HOME": str(self.folder)}
        self.settings.mkdir(parents=True)

    @property
    def home(self) -> Home:
        return Home.of(self.environ)

    @property
    def settings(self) -> Path:
        return self.folder / ".config" / "opencode"

    @property
    def config(self) -> Path:
        return self.settings / "opencode.json"

    @property
    def plugin(self) -> Path:
        return self.settings / "plugins" / "pollinations.js"

    def install(self, wanted: Any = WANTED, place: Place | None = None) -> Report:
        place = place or Place.of_user(self.environ)
        return Setup(self.home, place).install(wanted, plugin(), 10001)

    def remove(self, place: Place | None = None) -> Report:
        return Setup(self.home, place or Place.of_user(self.environ)).remove()

    def tree(self) -> dict[str, bytes | str]:
        """All that is there, apart from what only the proxy reads."""
        found: dict[str, bytes | str] = {}
        for path in self.settings.rglob("*"):
            name = str(path.relative_to(self.settings))
            if path.is_symlink():
                found[name] = os.readlink(path)
            elif path.is_file():
                found[name] = path.read_bytes()
        return found


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path / "user")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def loads(path: Path) -> Any:
    return jsonc.loads(path.read_bytes())


def test_where_there_is_nothing_everything_is_made(user: User) -> None:
    report = user.install()
    assert report.changed
    assert loads(user.config) == {"$schema": "https://opencode.ai/config.json", **WANTED}
    assert user.plugin.read_text() == plugin()
    assert user.home.port.read_text() == "10001"
    assert (mode(user.config), mode(user.plugin)) == (0o600, 0o600)


def test_what_setup_made_goes_again(user: User) -> None:
    user.install()
    assert user.remove().changed
    assert user.tree() == {}


@pytest.mark.parametrize("name", ["opencode.json", "opencode.jsonc"])
def test_what_was_there_comes_back_byte_for_byte(user: User, name: str) -> None:
    path = user.settings / name
    path.write_bytes(MINE)
    path.chmod(0o640)
    user.install()
    assert path.read_bytes().startswith(MINE[: MINE.index(b"{}")])
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert (mode(path), mode(user.settings / f"{name}.bak")) == (0o640, 0o640)
    user.remove()
    assert user.tree() == {name: MINE}
    assert mode(path) == 0o640


def test_twice_changes_nothing(user: User) -> None:
    user.config.write_bytes(MINE)
    user.install()
    before = user.tree()
    report = user.install()
    assert not report.changed
    assert report.said == ("OpenCode is set up already; nothing is changed.",)
    assert user.tree() == before


def test_folders_that_it_made_go_with_it(tmp_path: Path) -> None:
    """Those that were there stay, and so does one with something in it."""
    user = User(tmp_path)
    user.settings.rmdir()
    user.install()
    assert user.plugin.parent.is_dir()
    user.install(MORE)
    said = user.remove().said
    assert f"{user.settings} is removed, since setup made it and it is empty." in said
    assert [path.name for path in tmp_path.glob("[!.]*")] == []
    assert list((tmp_path / ".config").iterdir()) == []
    user.install()
    mine = user.plugin.with_name("mine.js")
    mine.touch()
    user.remove()
    assert mine.exists()
    mine.unlink()
    user.remove()
    assert mine.parent.exists()


def test_to_remove_twice_changes_nothing(user: User) -> None:
    user.config.write_bytes(MINE)
    user.install()
    user.remove()
    assert not user.remove().changed
    assert user.tree() == {"opencode.json": MINE}


def test_a_setup_of_later_models_can_be_undone_too(user: User) -> None:
    user.config.write_bytes(MINE)
    for wanted in (WANTED, MORE, WANTED, MORE):
        assert user.install(wanted).changed
    assert sorted(path.name for path in user.settings.glob("*.bak*")) == ["opencode.json.bak"]
    user.remove()
    assert user.tree() == {"opencode.json": MINE}


def test_what_others_changed_in_between_stays(user: User) -> None:
    user.config.write_bytes(MINE)
    user.install()
    user.config.write_bytes(user.config.read_bytes().replace(b"Mine.", b"Mine, still."))
    user.remove()
    assert user.config.read_bytes() == MINE.replace(b"Mine.", b"Mine, still.")


def test_what_others_changed_before_another_setup_stays(user: User) -> None:
    user.install()
    user.config.write_bytes(user.config.read_bytes().replace(b"{\n", b'{\n  "theme": "x",\n', 1))
    user.install(MORE)
    user.remove()
    assert loads(user.config) == {"theme": "x", "$schema": "https://opencode.ai/config.json"}


def test_no_copy_takes_the_place_of_another(user: User) -> None:
    (user.settings / "opencode.json.bak").write_bytes(b"older")
    (user.settings / "opencode.json.bak.1").write_bytes(MINE)
    user.config.write_bytes(MINE)
    user.install()
    assert (user.settings / "opencode.json.bak").read_bytes() == b"older"
    assert not (user.settings / "opencode.json.bak.2").exists()
    user.remove()
    assert set(user.tree()) == {"opencode.json", "opencode.json.bak", "opencode.json.bak.1"}


def test_a_copy_that_is_gone_is_not_needed(user: User) -> None:
    user.config.write_bytes(MINE)
    user.install()
    (user.settings / "opencode.json.bak").unlink()
    user.remove()
    assert user.config.read_bytes() == MINE


def test_a_copy_that_was_changed_is_not_believed(user: User) -> None:
    user.config.write_bytes(MINE)
    user.install()
    (user.settings / "opencode.json.bak").write_bytes(b"{}")
    user.remove()
    assert user.config.read_bytes() == MINE


def test_a_setup_that_never_came_to_its_end_is_done_again(user: User) -> None:
    """As when the machine went down between the record and what it records."""
    user.config.write_bytes(MINE)
    user.install()
    user.config.write_bytes(MINE)
    assert user.install().changed
    user.remove()
    assert user.tree() == {"opencode.json": MINE}


def test_links_stay_links(user: User) -> None:
    target = user.folder / "dotfiles" / "opencode.json"
    target.parent.mkdir()
    target.write_bytes(MINE)
    user.config.symlink_to(target)
    user.install()
    assert user.config.is_symlink()
    assert "pollinations" in loads(target)["provider"]
    user.remove()
    assert (target.read_bytes(), user.config.is_symlink()) == (MINE, True)


def test_a_link_that_leads_nowhere_yet_is_followed(user: User) -> None:
    target = user.folder / "dotfiles" / "opencode.json"
    user.config.symlink_to(target)
    user.install()
    assert "pollinations" in loads(target)["provider"]
    user.remove()
    assert (target.exists(), user.config.is_symlink()) == (False, True)


def test_of_two_files_the_one_that_counts_is_written(user: User) -> None:
    user.config.write_bytes(b'{"small_model": "my/own"}')
    (user.settings / "opencode.jsonc").write_bytes(b"{}")
    report = user.install()
    assert "small_model" not in loads(user.settings / "opencode.jsonc")
    assert user.config.read_bytes() == b'{"small_model": "my/own"}'
    assert any("'small_model'" in sentence for sentence in report.said)


def test_the_file_that_was_set_up_stays_the_one(user: User) -> None:
    user.install()
    (user.settings / "opencode.jsonc").write_bytes(b"{}")
    assert not user.install().changed
    user.remove()
    assert user.tree() == {"opencode.jsonc": b"{}"}


def test_a_project_is_set_up_by_itself(user: User, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    user.config.write_bytes(b'{"small_model": "my/own", "command": {"poll": {"template": "x"}}}')
    place = Place.of_project(project, user.environ)
    user.install(place=place)
    found = loads(project / "opencode.json")
    assert "small_model" not in found
    assert set(found["command"]) == {"pollinations"}
    assert mode(project / "opencode.json") == 0o644
    assert (project / ".opencode" / "plugins" / "pollinations.js").read_text() == plugin()
    assert list(user.tree()) == ["opencode.json"]
    assert not user.remove().changed
    assert user.remove(place).changed
    assert not [path for path in project.rglob("*") if path.is_file()]


def test_a_port_that_a_proxy_wrote_stays(user: User) -> None:
    user.home.path.mkdir()
    user.home.port.write_text("45678")
    user.install()
    assert user.home.port.read_text() == "45678"


def test_a_port_that_is_none_is_replaced(user: User) -> None:
    user.home.path.mkdir()
    user.home.port.write_text("")
    user.install()
    assert user.home.port.read_text() == "10001"


def test_the_port_stays_when_the_rest_goes(user: User) -> None:
    user.install()
    user.remove()
    assert user.home.port.read_text() == "10001"


def test_another_plugin_of_that_name_stays(user: User) -> None:
    user.plugin.parent.mkdir()
    user.plugin.write_text("export const Mine = 1")
    report = user.install()
    assert any("is another plugin" in sentence for sentence in report.said)
    user.remove()
    assert user.plugin.read_text() == "export const Mine = 1"


def test_an_older_version_of_the_plugin_is_replaced(user: User) -> None:
    user.plugin.parent.mkdir()
    user.plugin.write_text(plugin().splitlines()[0] + "\nolder")
    user.install()
    assert user.plugin.read_text() == plugin()


def test_the_plugin_that_brings_the_same_provider_is_named(user: User) -> None:
    user.config.write_bytes(b'{"plugin": ["opencode-pollinations-plugin@5.4.8"]}')
    (user.settings / "opencode.jsonc").write_bytes(b"{}")
    [sentence] = [said for said in user.install().said if "older plugin" in said]
    assert "'opencode-pollinations-plugin@5.4.8'" in sentence
    assert loads(user.config)["plugin"] == ["opencode-pollinations-plugin@5.4.8"]


def test_a_provider_that_is_switched_off_is_named(user: User) -> None:
    """It stays off, but nobody has to wonder where the models are."""
    user.config.write_bytes(b'{"disabled_providers": ["pollinations"]}')
    [sentence] = [said for said in user.install().said if "disabled_providers" in said]
    assert "shows none of its models" in sentence
    assert loads(user.config)["disabled_providers"] == ["pollinations"]


def test_a_key_stays_where_it_is_and_goes_nowhere_else(user: User) -> None:
    key = "sk_0123456789abcdef"
    options = {"options": {"apiKey": key, "timeout": 7}}
    user.config.write_text(json.dumps({"provider": {"pollinations": options}}))
    with_token = block(LAST_RESORT, False, URL, "free/openai-fast", "{file:~/t}").to_json()
    report = user.install(with_token)
    assert loads(user.config)["provider"]["pollinations"]["options"]["apiKey"] == key
    assert any("wants to be shown the token" in sentence for sentence in report.said)
    assert key not in "".join(report.said)
    kept = [path for path in user.home.path.rglob("*") if path.is_file()]
    assert not any(key.encode() in path.read_bytes() for path in kept)
    user.install(MORE)
    assert loads(user.config)["provider"]["pollinations"]["options"]["apiKey"] == key


def test_much_that_stays_is_counted(user: User) -> None:
    models = {name: {"name": "Mine"} for name in MORE["provider"]["pollinations"]["models"]}
    user.config.write_text(json.dumps({"provider": {"pollinations": {"models": models}}}))
    assert f"{len(models)} members of {user.config} are yours" in "".join(user.install(MORE).said)


def test_a_change_in_the_very_moment_is_not_overwritten(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves the file while it is being changed."""
    user.config.write_bytes(MINE)
    place = Place.of_user(user.environ)

    @attrs.define(eq=False, slots=False)
    class Late(Setup):
        def _elsewhere(self, path: Path) -> Any:
            path.write_bytes(b'{"newer": 1}')
            return {}

    with pytest.raises(Refused, match="changed by another program meanwhile"):
        Late(user.home, place).install(WANTED, plugin(), 10001)
    assert user.config.read_bytes() == b'{"newer": 1}'
    user.remove()
    assert user.config.read_bytes() == b'{"newer": 1}'


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n", "it is empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "it is empty"),
    "truncated": (MINE[:-12], "it is no JSON from line"),
    "cut in a text": (b'{"a": "b', "it is no JSON from line 1"),
    "cut in a comment": (b'{"a": 1} /* b', "it is no JSON from line 1"),
    "two documents": (b"{}{}", "it is no JSON from line 1"),
    "no quotes": (b"{a: 1}", "it is no JSON from line 1"),
    "single quotes": (b"{'a': 1}", "it is no JSON from line 1"),
    "no comma": (b'{"a": 1 "b": 2}', "it is no JSON from line 1"),
    "a comma alone": (b"{,}", "a comma too many"),
    "YAML": (b"provider:\n  x: 1\n", "it is no JSON from line 1"),
    "zeros": (b"\0" * 100, "it is no JSON from line 1"),
    "not UTF-8": (b'{"a": "\xff"}', "it is not UTF-8"),
    "UTF-16": ("{}".encode("utf-16"), "it is not UTF-8"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "it is not UTF-8"),
    "half a character": (b'{"a": "\\ud800"}', "it is no JSON from line 1"),
    "nested too deep": (b'{"a":' * 3000, "it is no JSON from line 1"),
    "too large": (b" " * 2_000_000 + b"{}", "it is larger than"),
    "a list": (b"[]", "it does not hold a JSON object"),
    "a text": (b'"{}"', "it does not hold a JSON object"),
    "null": (b"null", "it does not hold a JSON object"),
    "plugin is a text": (b'{"plugin": "x"}', "'plugin' is not a list"),
    "provider is null": (b'{"provider": null}', "'provider' is not an object"),
    "provider is a list": (b'{"provider": [{}]}', "'provider' is not an object"),
    "ours is a text": (b'{"provider": {"pollinations": "x"}}', "'provider.pollinations' is not"),
    "ours is a list": (b'{"provider": {"pollinations": []}}', "'provider.pollinations' is not"),
    "options is a list": (
        b'{"provider": {"pollinations": {"options": []}}}',
        "'provider.pollinations.options' is not an object",
    ),
    "models is a list": (
        b'{"provider": {"pollinations": {"models": ["x"]}}}',
        "'provider.pollinations.models' is not an object",
    ),
    "command is a text": (b'{"command": "poll"}', "'command' is not an object"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_understood_is_not_touched(user: User, name: str) -> None:
    content, reason = BROKEN[name]
    user.config.write_bytes(content)
    with pytest.raises(Refused) as caught:
        user.install()
    assert str(caught.value).startswith(f"{user.config}: ")
    assert reason in str(caught.value)
    assert user.tree() == {"opencode.json": content}


def _folder(user: User) -> Path:
    user.config.mkdir()
    return user.config


def _loop(user: User) -> Path:
    user.config.symlink_to(user.config)
    return user.config


def _pipe(user: User) -> Path:
    os.mkfifo(user.config)
    return user.config


def _read_only(user: User) -> Path:
    user.config.write_bytes(MINE)
    user.config.chmod(0o444)
    return user.config


def _settings_are_a_file(user: User) -> Path:
    user.settings.rmdir()
    user.settings.write_bytes(b"")
    return user.config


def _nowhere(user: User) -> Path:
    user.environ["XDG_CONFIG_HOME"] = "/proc/sys"
    return Path("/proc/sys/opencode")


def _home_is_a_file(user: User) -> Path:
    user.home.path.write_bytes(b"")
    return user.home.path


def _home_is_nowhere(user: User) -> Path:
    user.environ["POLLINATIONS_HOME"] = "/proc/sys/none"
    return Path("/proc/sys/none")


def _port_is_a_folder(user: User) -> Path:
    user.home.port.mkdir(parents=True)
    return user.home.port


def _record_is_broken(user: User) -> Path:
    user.home.path.mkdir()
    path = user.home.path / "opencode-setup.json"
    path.write_bytes(b'{"files": {"x": {}}}')
    return path


def _record_is_a_folder(user: User) -> Path:
    path = user.home.path / "opencode-setup.json"
    path.mkdir(parents=True)
    return path


def _record_of_nothing(user: User) -> Path:
    user.home.path.mkdir()
    path = user.home.path / "opencode-setup.json"
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        _folder,
        _loop,
        _pipe,
        _read_only,
        _settings_are_a_file,
        _nowhere,
        _home_is_a_file,
        _home_is_nowhere,
        _port_is_a_folder,
        _record_is_broken,
        _record_is_a_folder,
        _record_of_nothing,
    ],
)
def test_what_cannot_be_written_is_named(user: User, spoil: Callable[[User], Path]) -> None:
    path = spoil(user)
    before = user.tree()
    with pytest.raises(Refused) as caught:
        user.install()
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert user.tree() == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"plugin": 1}', b"\xff"])
def test_what_cannot_be_understood_is_not_undone(user: User, content: bytes) -> None:
    user.config.write_bytes(MINE)
    user.install()
    user.config.write_bytes(content)
    with pytest.raises(Refused):
        user.remove()
    assert user.config.read_bytes() == content
    assert (user.settings / "opencode.json.bak").read_bytes() == MINE


def test_a_file_that_is_gone_needs_no_undoing(user: User) -> None:
    user.install()
    user.config.unlink()
    user.remove()
    assert user.tree() == {}
    assert not (user.home.path / "opencode-setup.json").exists()
