"""Command line, then environment, then settings file, then default."""

from pathlib import Path

import pytest

from pollinations.start import LISTEN, Start, WrongStart

NAMES = {
    "port": ("POLLINATIONS_PORT", "port"),
    "free_url": ("POLLINATIONS_FREE_URL", "freeUrl"),
    "enter_url": ("POLLINATIONS_ENTER_URL", "enterUrl"),
    "signatures": ("POLLINATIONS_SIGNATURES", "signatures"),
}
VALUES = {
    "port": ("1", "2", "3"),
    "free_url": ("http://a", "http://b/", "http://c"),
    "enter_url": ("http://a", "http://b/", "http://c"),
    "signatures": ("memory:", "file:b", "file:c"),
}


def said(start: Start, option: str) -> str:
    """What a start says of an option, as it was written."""
    return str(getattr(start, option))


@pytest.mark.parametrize("option", NAMES)
def test_the_nearest_wins(option: str, tmp_path: Path) -> None:
    """In this order."""
    variable, setting = NAMES[option]
    line, environment, file = VALUES[option]
    written = file if option == "port" else f'"{file}"'
    (tmp_path / "config.json").write_text(f'{{"{setting}": {written}}}')
    home = {"POLLINATIONS_HOME": str(tmp_path)}
    both = {**home, variable: environment}
    assert said(Start.of({option: line}, both), option) == line.rstrip("/")
    assert said(Start.of({option: None}, both), option) == environment.rstrip("/")
    assert said(Start.of({}, home), option) == file.rstrip("/")


@pytest.mark.parametrize(
    ("listen", "port"),
    [
        (("tcp:8080:interface=127.0.0.1",), 8080),
        (("tcp:8080",), 8080),
        (("unix:/run/p.sock", "8080"), 8080),
        (("tcp:0",), 0),
        (("unix:/run/1.sock",), 0),
        (("systemd:domain=INET:index=0",), 0),
    ],
)
def test_a_port_is_known_that_an_endpoint_says(
    listen: tuple[str, ...], port: int, tmp_path: Path
) -> None:
    """Before anything is listened on."""
    assert Start.of({}, {"POLLINATIONS_HOME": str(tmp_path)}, listen).port == port


def test_the_defaults(tmp_path: Path) -> None:
    """Port 10001 of this machine, and the service as it is."""
    start = Start.of({}, {"POLLINATIONS_HOME": str(tmp_path)})
    assert start.listen == (LISTEN.format(port=10001),)
    assert start.free_url == "https://text.pollinations.ai"
    assert start.enter_url == "https://gen.pollinations.ai"
    assert start.signatures == f"file:{tmp_path}/signatures.json"
    assert (start.refresh, start.demo) == (30.0, False)


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    """Service managers set variables that nobody has filled in."""
    empty = {variable: "" for variable, _ in NAMES.values()}
    start = Start.of({}, {"POLLINATIONS_HOME": str(tmp_path), **empty})
    assert start.listen == (LISTEN.format(port=10001),)


def test_endpoints_replace_the_port(tmp_path: Path) -> None:
    """Those that were named are listened on, and no other."""
    environ = {"POLLINATIONS_HOME": str(tmp_path), "POLLINATIONS_PORT": "5"}
    start = Start.of({"port": "6"}, environ, listen=("unix:a", "tcp:7"))
    assert start.listen == ("unix:a", "tcp:7")


def test_the_settings_may_be_elsewhere(tmp_path: Path) -> None:
    """By option, then by environment."""
    for name in ("one", "two"):
        (tmp_path / name).write_text(f'{{"retries": {len(name)}, "mode": "manual"}}')
    environ = {"POLLINATIONS_HOME": str(tmp_path), "POLLINATIONS_CONFIG": str(tmp_path / "two")}
    option = {"config": str(tmp_path / "one")}
    assert Start.of(option, environ).file.path == tmp_path / "one"
    assert Start.of({}, environ).file.path == tmp_path / "two"
    assert Start.of({}, environ).file.settings.mode == "manual"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", "abc"),
        ("port", "99999"),
        ("port", "-1"),
        ("port", "1.5"),
        ("port", "1_0_0"),
        ("port", "٣"),
        ("refresh", "abc"),
        ("refresh", "0"),
        ("refresh", "nan"),
        ("refresh", "inf"),
        ("free_url", "text.pollinations.ai"),
        ("enter_url", "ftp://x"),
        ("enter_url", "http://"),
        ("enter_url", "http://127.0.0.1:abc/x"),
        ("free_url", "http://user:secret@host"),
    ],
)
def test_what_cannot_be_is_said(option: str, value: str, tmp_path: Path) -> None:
    """By the name of the setting, in one sentence."""
    with pytest.raises(WrongStart) as caught:
        Start.of({option: value}, {"POLLINATIONS_HOME": str(tmp_path)})
    assert NAMES.get(option, ("", option))[1] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_file_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    """Its defaults count; it is said in the log."""
    (tmp_path / "config.json").write_text('{"port": "high"}')
    start = Start.of({}, {"POLLINATIONS_HOME": str(tmp_path)})
    assert start.listen == (LISTEN.format(port=10001),)
