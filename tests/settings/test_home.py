"""The one folder, and how other programs find a proxy by it."""

import stat
import sys
from pathlib import Path

import attrs
import orjson
import pytest

from pollinations.files import NOWHERE
from pollinations.settings.home import (
    TOKEN_PREFIX,
    Home,
    Running,
    make_token,
    read_token,
    user_folder,
)
from pollinations.settings.keys import Places

RUNNING = Running("http://127.0.0.1:10001/v1", 4711, 10001, "1.0", 1_790_000_000)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"HOME": "/u"}, "/u/.pollinations"),
        ({"HOME": "/u", "POLLINATIONS_HOME": ""}, "/u/.pollinations"),
        ({"HOME": "/u", "POLLINATIONS_HOME": "/p"}, "/p"),
        ({"POLLINATIONS_HOME": "/p"}, "/p"),
    ],
)
def test_the_home_is_named_or_the_users(environ: dict[str, str], path: str) -> None:
    assert Home.of(environ).path == Path(path)


def test_a_home_named_relatively_stays_where_it_is(tmp_path: Path) -> None:
    assert Home.of({"POLLINATIONS_HOME": "here"}).path == tmp_path / "here"


def test_a_tilde_is_the_users_folder() -> None:
    assert Home.of({"POLLINATIONS_HOME": "~/p"}).path == Path.home() / "p"


def test_without_a_variable_the_system_knows_the_users_folder() -> None:
    """The original went by the variable alone (B29)."""
    assert user_folder({}) == Path.home()


def test_a_user_without_a_folder_has_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs as a number which no list of users has."""
    monkeypatch.delenv("HOME")
    # What knows users is left out of some systems altogether.
    monkeypatch.setitem(sys.modules, "pwd", None)
    assert user_folder({}) == NOWHERE
    home, places = Home.of({}), Places.of({})
    assert not home.config.exists()
    assert home.running() is None
    assert read_token(home.token) is None
    assert not any(path.exists() for path in (places.auth, *places.configs))
    assert Home.of({"POLLINATIONS_HOME": "~/p"}).path == NOWHERE / "p"
    assert Home.of({"POLLINATIONS_HOME": "/p"}).path == Path("/p")


def test_names_are_those_that_other_programs_know(home: Home) -> None:
    paths = (home.config, home.proxy, home.port, home.signatures, home.catalogue, home.token)
    assert [path.name for path in paths] == [
        "config.json",
        "proxy.json",
        "port",
        "signatures.json",
        "catalogue.json",
        "token",
    ]
    assert {path.parent for path in paths} == {home.path}


def test_a_proxy_is_found_by_its_files(home: Home) -> None:
    home.announce(RUNNING)
    assert orjson.loads(home.proxy.read_bytes()) == attrs.asdict(RUNNING)
    assert home.port.read_text() == "10001"
    assert (mode(home.path), mode(home.proxy), mode(home.port)) == (0o700, 0o600, 0o600)
    assert home.running() == RUNNING


def test_what_is_withdrawn_is_gone_and_the_port_stays(home: Home) -> None:
    home.announce(RUNNING)
    home.withdraw(RUNNING.pid)
    home.withdraw(RUNNING.pid)
    assert not home.proxy.exists()
    assert home.port.read_text() == "10001"
    assert home.running() is None


def test_a_later_proxy_is_not_withdrawn_by_an_earlier_one(home: Home) -> None:
    later = attrs.evolve(RUNNING, pid=4712, port=10002)
    home.announce(RUNNING)
    home.announce(later)
    home.withdraw(RUNNING.pid)
    assert home.running() == later


def test_without_a_port_the_last_port_stays(home: Home) -> None:
    home.announce(RUNNING)
    home.announce(attrs.evolve(RUNNING, port=None, url="unix:/run/p.sock"))
    assert home.port.read_text() == "10001"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"5", b"{}", b'{"url": "x"}', b'{"pid": 1, "more": 2}', b"\xff"]
)
def test_what_is_no_proxy_is_none(home: Home, data: bytes) -> None:
    home.path.mkdir()
    home.proxy.write_bytes(data)
    assert home.running() is None
    home.withdraw(4711)
    assert home.proxy.read_bytes() == data


def test_a_token_is_made_once(home: Home) -> None:
    made = make_token(home.token)
    assert made.startswith(TOKEN_PREFIX)
    assert len(made) > 40
    assert make_token(home.token) == read_token(home.token) == made
    assert (mode(home.token), mode(home.path)) == (0o600, 0o700)


def test_a_new_token_replaces_the_former(home: Home) -> None:
    assert make_token(home.token) != make_token(home.token, new=True) == read_token(home.token)


def test_a_token_that_somebody_wrote_by_hand_counts(home: Home) -> None:
    home.path.mkdir()
    home.token.write_text("secret\n")
    assert make_token(home.token) == read_token(home.token) == "secret"


def test_no_token_is_none(home: Home) -> None:
    assert read_token(home.token) is None


def test_a_token_that_cannot_be_read_is_not_none(home: Home) -> None:
    """A door whose lock is broken stays shut."""
    home.path.mkdir()
    home.token.write_bytes(b"\xff\n")
    for look in (read_token, make_token):
        with pytest.raises(ValueError, match="pollinations token --new"):
            look(home.token)
    home.token.write_text(" \n")
    with pytest.raises(ValueError, match="is empty"):
        read_token(home.token)
    home.token.unlink()
    home.token.mkdir()
    with pytest.raises(OSError, match="plain file"):
        read_token(home.token)
    with pytest.raises(OSError, match="plain file"):
        make_token(home.token)
