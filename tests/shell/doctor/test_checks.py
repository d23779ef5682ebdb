"""What the doctor finds on this machine, in tables of what may be wrong with it."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pollinations.settings.home import Running
from pollinations.shell.doctor.case import Case, printed
from pollinations.shell.doctor.files import folder, modes, settings, token
from pollinations.shell.doctor.finding import Finding
from pollinations.shell.doctor.opencode import opencode
from pollinations.shell.doctor.proxy import running
from pollinations.shell.doctor.versions import versions
from pollinations.start import Start

DEAD = 2**22 + 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "pollinations"
    path.mkdir(0o700)
    return path


@pytest.fixture
def case(home: Path, tmp_path: Path) -> Callable[..., Case]:
    """Makes the case of a user, with these variables besides."""

    def case(**environ: str) -> Case:
        environ = {
            "HOME": str(tmp_path),
            "POLLINATIONS_HOME": str(home),
            "POLLINATIONS_PORT": "0",
            "PATH": str(tmp_path / "bin"),
            **environ,
        }
        return Case.of(Start.of({}, environ), environ)

    return case


def found(findings: Iterator[Finding]) -> dict[str, tuple[str, str, str]]:
    """Name to state, words and advice, of the last finding of each name."""
    return {
        one.name: (one.state, one.line("en").partition("\n")[0], one.advice("en"))
        for one in findings
    }


def states(findings: Iterator[Finding]) -> dict[str, str]:
    return {name: state for name, (state, _, _) in found(findings).items()}


class TestProxy:
    """The proxy that runs, or does not."""

    def test_none_runs(self, case: Any) -> None:
        assert states(running(case())) == {"proxy": "warn", "port": "ok"}
        assert found(running(case()))["proxy"][2] == "start one: `twist pollinations`"

    def test_one_ended_without_saying_so(self, case: Any) -> None:
        case().home.announce(Running("http://127.0.0.1:9/v1", DEAD, 9, "1", 1))
        state, line, _ = found(running(case()))["proxy"]
        assert state == "warn"
        assert f"process {DEAD}" in line

    def test_a_process_lives_and_does_not_answer(self, case: Any) -> None:
        """It hangs, or its number is another's now."""
        case().home.announce(Running("http://127.0.0.1:9/v1", os.getpid(), 9, "1", 1))
        state, line, advice = found(running(case()))["proxy"]
        assert state == "fail"
        assert str(os.getpid()) in line
        assert "rm " in advice

    def test_the_port_is_taken_by_something_else(self, case: Any) -> None:
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
            state, line, advice = found(running(case(POLLINATIONS_PORT=str(port))))["port"]
        assert state == "fail"
        assert f"{port} is taken" in line
        assert "--port 0" in advice


class TestFiles:
    """The home folder and what is in it."""

    def test_all_is_well(self, case: Any, home: Path) -> None:
        (home / "config.json").touch(0o600)
        (home / "config.json").write_text("{}")
        assert states(folder(case())) == {"home": "ok"}
        assert states(modes(case())) == {"files": "ok"}
        assert states(settings(case())) == {"settings": "ok"}
        assert states(token(case())) == {"token": "ok"}

    def test_a_home_is_made_when_it_is_needed(self, case: Any, tmp_path: Path) -> None:
        elsewhere = case(POLLINATIONS_HOME=str(tmp_path / "a" / "b"))
        assert states(folder(elsewhere)) == {"home": "ok"}
        assert not (tmp_path / "a").exists()

    def test_a_home_where_others_may_look(self, case: Any, home: Path) -> None:
        home.chmod(0o755)
        assert found(folder(case()))["home"][::2] == ("warn", f"`chmod 700 {home}`")

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
    def test_a_home_that_takes_nothing(self, case: Any, home: Path) -> None:
        home.chmod(0o500)
        assert states(folder(case())) == {"home": "fail"}
        home.chmod(0o700)

    def test_a_home_that_is_a_file(self, case: Any, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert states(folder(case(POLLINATIONS_HOME=str(tmp_path / "file")))) == {"home": "fail"}

    @pytest.mark.parametrize(
        ("name", "state"),
        [("config.json", "fail"), ("token", "fail"), ("catalogue.json", "warn"), ("port", "warn")],
    )
    def test_files_for_other_eyes(self, case: Any, home: Path, name: str, state: str) -> None:
        """What holds a secret is worse than what does not."""
        (home / name).write_text("{}")
        (home / name).chmod(0o644)
        assert found(modes(case()))["files"][::2] == (state, f"`chmod 600 {home / name}`")

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", '{"thresholds": {"tier": "much"}}', '{"mode": "sk_secret"}']
    )
    def test_settings_that_are_wrong(self, case: Any, home: Path, content: str) -> None:
        """They are named, and nothing in them is repeated."""
        (home / "config.json").write_text(content)
        state, line, _ = found(settings(case()))["settings"]
        assert state == "fail"
        assert "config.json" in line
        assert "sk_secret" not in line

    @pytest.mark.parametrize("content", ["", " \n", None])
    def test_a_token_that_is_none(self, case: Any, home: Path, content: str | None) -> None:
        path = home / "token"
        path.mkdir() if content is None else path.write_text(content)
        assert found(token(case()))["token"][::2] == ("fail", "`pollinations token --new`")


class TestOpenCode:
    """OpenCode, and what it knows."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        path = tmp_path / ".config" / "opencode"
        (path / "plugins").mkdir(parents=True)
        return path

    @pytest.fixture
    def program(self, tmp_path: Path) -> Path:
        path = tmp_path / "bin" / "opencode"
        path.parent.mkdir()
        path.write_text("#!/bin/sh\necho 1.18.33\n")
        path.chmod(0o755)
        return path

    def test_is_not_there(self, case: Any) -> None:
        assert states(opencode(case())) == {"opencode": "ok"}

    def test_is_there_and_knows_nothing(self, case: Any, program: Path) -> None:
        assert states(opencode(case())) == {
            "opencode": "ok",
            "opencode settings": "warn",
            "opencode plugin": "warn",
        }
        assert "1.18.33" in found(opencode(case()))["opencode"][1]

    def test_is_set_up(self, case: Any, home: Path, folder: Path, program: Path) -> None:
        text = '{"provider": {"pollinations": {}}, // mine\n}'
        (folder / "opencode.jsonc").write_text(text)
        (folder / "plugins" / "pollinations.js").touch()
        (home / "port").write_text("10001")
        assert set(states(opencode(case())).values()) == {"ok"}

    @pytest.mark.parametrize(
        ("content", "state"),
        [(None, "fail"), ("", "fail"), ("x", "fail"), ("9", "ok"), ("8", "warn")],
    )
    def test_the_port_that_its_settings_name(
        self, case: Any, home: Path, folder: Path, content: str | None, state: str
    ) -> None:
        """Without one it does not start, and with another's it asks another."""
        (folder / "opencode.json").write_text('{"provider": {"pollinations": {}}}')
        case().home.announce(Running("http://127.0.0.1:9/v1", DEAD, 9, "1", 1))
        (home / "port").unlink()
        if content is not None:
            (home / "port").write_text(content)
        assert states(opencode(case()))["opencode port"] == state

    @pytest.mark.parametrize("content", ["", "{", "nonsense", None])
    def test_its_settings_are_broken(
        self, case: Any, folder: Path, program: Path, content: str | None
    ) -> None:
        path = folder / "opencode.json"
        path.mkdir() if content is None else path.write_text(content)
        assert found(opencode(case()))["opencode settings"][0] == "fail"

    @pytest.mark.parametrize(
        "content", ["{}", "[]", '{"provider": []}', '{"provider": {"pollinations": 1}}']
    )
    def test_its_settings_name_others(
        self, case: Any, folder: Path, program: Path, content: str
    ) -> None:
        (folder / "opencode.json").write_text(content)
        assert found(opencode(case()))["opencode settings"][::2] == (
            "warn",
            "`pollinations setup`",
        )


def test_a_program_that_fails_prints_nothing(tmp_path: Path) -> None:
    assert printed(["false"]) is None
    assert printed([str(tmp_path / "none")]) is None
    assert printed(["echo", "1\n2"]) == "1"


def test_versions_are_told(case: Any) -> None:
    [finding] = versions(case())
    for name in ("pollinations", "Python", "Twisted", "klein", "treq"):
        assert f"{name} " in finding.line("en")


def test_every_finding_speaks_french(case: Any, home: Path) -> None:
    """And as JSON without any mark."""
    (home / "config.json").write_text('{"mode": 1}')
    for check in (running, folder, modes, settings, token, opencode, versions):
        for finding in check(case()):
            assert finding.line("fr").startswith("- ")
            data = finding.data("fr")
            assert "`" not in json.dumps(data)
            assert data.keys() == {"name", "state", "what", "do"}
