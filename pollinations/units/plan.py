"""Puts the files of a service where they belong, tells the system of them, and undoes both."""

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from ..errors import PollinationsError
from ..files import make_private_folder, write_whole

MARK: Final = "Written by `pollinations service install`"
"""What tells our files from somebody else's of the same name."""

LOGGING: Final = ("--log-format=text", "--log-level=warn")
"""What ``twist`` is told: a supervisor hears of what is wrong. All is in the proxy's own log."""

PATIENCE: Final = 120.0
"""Seconds that a command of the system may take: it waits for live answers."""

Command = tuple[str, ...]


class NotDone(PollinationsError):
    """Something could not be done; the message says what, and what had been done before."""


@attrs.frozen
class Outcome:
    """
    What became of a command.

    :param status: its exit status; ``None`` where there is no such command.
    :param text: what it said.
    """

    status: int | None
    text: str = ""


Run = Callable[[Command], Outcome]
"""Runs a command of the system, and waits for it."""


def run(command: Command) -> Outcome:
    """Run *command*, really."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except FileNotFoundError:
        return Outcome(None)
    except subprocess.TimeoutExpired:
        return Outcome(-1, f"it took more than {PATIENCE:g} seconds")
    return Outcome(done.returncode, (done.stdout + done.stderr).strip())


@attrs.frozen
class Plan:
    """
    A service, as the system wants it described.

    :param files: what is in each.
    :param folders: that it needs.
    :param enable: the commands by which it is begun with, now and when the user logs in.
    :param renew: the same after files have changed.
    :param disable: the commands by which it ends.
    :param forget: the commands that follow when its files are gone.
    :param ask: the command that says how it is.
    :param advice: what a person should know.
    """

    files: Mapping[Path, str]
    enable: Sequence[Command]
    renew: Sequence[Command]
    disable: Sequence[Command]
    ask: Command
    forget: Sequence[Command] = ()
    folders: Sequence[Path] = ()
    advice: Sequence[str] = ()

    def install(self, run: Run = run) -> Iterator[str]:
        """
        Make it a service; each thing that was done is said when it is done.

        Nothing is done twice: what is as it should be stays.

        :raises NotDone: something failed, or a file is somebody else's.
        """
        self._own()
        changed = [path for path, text in self.files.items() if _content(path) != text]
        try:
            for folder in self.folders:
                make_private_folder(folder)
            for path in changed:
                write_whole(path, self.files[path].encode(), 0o644)
                yield f"{path} is written."
        except OSError as e:
            raise NotDone(f"the files cannot be written: {e}") from e
        if not changed:
            yield "The files are as they should be."
        yield from self._run(self.renew if changed else self.enable, run)
        yield from self.advice

    def uninstall(self, run: Run = run) -> Iterator[str]:
        """
        Undo it.

        :raises NotDone: something failed, or a file is somebody else's.
        """
        self._own()
        found = [path for path in self.files if path.exists()]
        if not found:
            yield "No service is installed."
            return
        try:
            yield from self._run(self.disable, run)
        except NotDone as e:
            files = " ".join(map(str, found))
            raise NotDone(f"{e}\nThen uninstall it again, or remove {files} by hand.") from e
        for path in found:
            try:
                path.unlink()
            except OSError as e:
                raise NotDone(f"{path} cannot be removed: {e}") from e
            yield f"{path} is removed."
        yield from self._run(self.forget, run)

    def state(self, run: Run = run) -> tuple[bool, list[str]]:
        """Whether it is installed as it should be and runs, and sentences on both."""
        said = []
        for path, text in self.files.items():
            content = _content(path)
            words = {None: "is not there", text: "is as it should be"}
            said.append(f"{path} {words.get(content, 'differs; install it again')}.")
        asked = run(self.ask)
        said.append(asked.text or ("It runs." if asked.status == 0 else "It does not run."))
        whole = all(_content(path) == text for path, text in self.files.items())
        return whole and asked.status == 0, said

    def _own(self) -> None:
        for path in self.files:
            content = _content(path)
            if content is not None and MARK not in content:
                raise NotDone(f"{path} is not ours; take it away first. Nothing was changed.")

    def _run(self, commands: Sequence[Command], run: Run) -> Iterator[str]:
        for place, command in enumerate(commands):
            done = run(command)
            rest = "; ".join(" ".join(one) for one in commands[place:])
            if done.status is None:
                yield f"There is no {command[0]} here. Where there is, run: {rest}"
                return
            if done.status != 0:
                why = done.text or f"status {done.status}"
                raise NotDone(f"`{' '.join(command)}` failed: {why}\nStill to be done: {rest}")
            yield f"{' '.join(command)}: done."


def _content(path: Path) -> str | None:
    with suppress(FileNotFoundError, NotADirectoryError):
        return path.read_text("utf-8", "replace")
    return None
