"""
Setting OpenCode up for the proxy, and undoing it.

Either everything that was there is still there afterwards, or in a copy beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from ..files import locked, read_plain, write_whole
from ..settings.home import Home
from . import plugin
from .config_file import ConfigFile, Refused, members_of, source_of
from .edit import Path as Keys
from .manifest import Manifest, Receipt
from .ownership import SKELETON, Change, Owned, added, old_plugins, removed
from .places import Place
from .provider import PROVIDER

__all__ = ["Refused", "Report", "Setup"]

_MANIFEST = "opencode-setup.json"
_API_KEY = ("provider", PROVIDER, "options", "apiKey")
_MANY = 5


@attrs.frozen
class Report:
    """
    What was done.

    :param said: that, a sentence each, for a person.
    :param changed: whether anything was.
    """

    said: tuple[str, ...]
    changed: bool


@attrs.define(eq=False, slots=False)
class Setup:
    """
    Sets up one folder of OpenCode's settings, once, or undoes that.

    :param home: the proxy's folder, in which is kept what was done.
    """

    _home: Home
    _place: Place
    _said: list[str] = attrs.field(factory=list, init=False)
    _changed: bool = attrs.field(default=False, init=False)

    def install(self, wanted: Mapping[str, Any], source: str, port: int) -> Report:
        """
        Write what is missing, and install the plugin. Twice is once.

        :param wanted: as :meth:`pollinations.opencode.provider.Block.to_json` makes it.
        :param source: the plugin.
        :param port: what OpenCode finds where no proxy has ever said its port.
        :raises Refused: that is not possible; nothing is changed in OpenCode's files.
        """
        with self._manifest() as manifest:
            self._port(port)
            manifest = self._noting_folders(manifest)
            self._configure(manifest, wanted)
            self._plug(source)
        return self._report("OpenCode is set up already; nothing is changed.")

    def remove(self) -> Report:
        """
        Undo what :meth:`install` did, and nothing else.

        :raises Refused: that is not possible.
        """
        with self._manifest() as manifest:
            for path in self._place.configs:
                receipt = manifest.of(path)
                if receipt is not None:
                    with _naming(path):
                        manifest = self._undo(manifest, path, receipt)
            self._unplug()
            self._clear_away(manifest)
        return self._report("Nothing of a setup is there; nothing is changed.")

    @contextmanager
    def _manifest(self) -> Iterator[Manifest]:
        """What was done before; meanwhile no other setup does anything."""
        path = self._home.path / _MANIFEST
        with _naming(path), locked(path):
            yield Manifest.read(path)

    def _report(self, otherwise: str) -> Report:
        said = self._said if self._changed else [otherwise, *self._said]
        return Report(tuple(said), self._changed)

    def _did(self, sentence: str) -> None:
        self._said.append(sentence)
        self._changed = True

    def _port(self, port: int) -> None:
        path = self._home.port
        with _naming(path):
            try:
                if read_plain(path, 64).strip().isdigit():
                    return
            except FileNotFoundError:
                pass
            write_whole(path, str(port).encode())
        self._did(f"{path} is made: OpenCode reads the port there. A proxy writes its own.")

    def _configure(self, manifest: Manifest, wanted: Mapping[str, Any]) -> None:
        path = self._config(manifest)
        with _naming(path):
            file = ConfigFile.read(path, self._place.file_mode)
            receipt = manifest.of(path)
            before = Owned() if receipt is None else receipt.owned
            text = SKELETON if file.text is None else file.text
            change = added(text, wanted, before, self._elsewhere(path))
            if file.data is None or change.text != text:
                self._write(manifest, file, receipt, change)
        self._said += _kept(path, change.kept)
        if _API_KEY in change.kept:
            self._said.append(f"But this proxy wants to be shown the token in {self._home.token}.")
        self._said += self._conflicts()

    def _conflicts(self) -> Iterator[str]:
        for path in (*self._place.configs, *self._place.beneath):
            data = members_of(path)
            yield from (_conflict(path, name) for name in old_plugins(data))
            disabled = data.get("disabled_providers")
            if isinstance(disabled, list) and PROVIDER in disabled:
                yield (
                    f"'disabled_providers' in {path} names '{PROVIDER}': take it out of that list,"
                    " or OpenCode shows none of its models."
                )

    def _config(self, manifest: Manifest) -> Path:
        """The file that was set up before, as long as it is there."""
        done = (path for path in self._place.configs if manifest.of(path) and path.exists())
        return next(done, self._place.config)

    def _write(
        self, manifest: Manifest, file: ConfigFile, receipt: Receipt | None, change: Change
    ) -> None:
        new = Receipt.of(file, receipt, change)
        # What is written must be known for ours, whatever happens in between.
        manifest.but(file.path, new).write()
        try:
            file.write(change.text.encode())
        except (OSError, Refused):
            manifest.write()
            raise
        kept = f"; as it was it is in {new.backup}" if new.backup and not receipt else ""
        self._did(f"{file.path} {'is made' if file.data is None else 'is changed'}{kept}.")
        for keys in change.owned.replaced:
            if receipt is None or keys not in receipt.owned.replaced:
                self._said.append(f"'{'.'.join(keys)}' in it was yours and is replaced.")

    def _elsewhere(self, path: Path) -> Mapping[Keys, Any]:
        """What the user has in OpenCode's other files, which *path* would go before."""
        found: dict[Keys, Any] = {}
        for other in (*self._place.configs, *self._place.beneath):
            data = members_of(other) if other != path else {}
            commands = data.get("command")
            for name, command in commands.items() if isinstance(commands, dict) else ():
                found.setdefault(("command", name), command)
            if "small_model" in data:
                found.setdefault(("small_model",), data["small_model"])
        return found

    def _plug(self, source: str) -> None:
        path = self._place.plugin
        with _naming(path):
            found = source_of(path)
            if found == source:
                return
            if found is not None and not plugin.is_plugin(found):
                self._said.append(f"{path} is another plugin and stays; ours is not installed.")
                return
            file = ConfigFile.read(path, self._place.file_mode)
            file.write(source.encode())
        self._did(f"{path} is installed: notifications, and a proxy that starts by itself.")

    def _unplug(self) -> None:
        path = self._place.plugin
        with _naming(path):
            found = source_of(path)
            if found is not None and plugin.is_plugin(found):
                path.unlink()
                self._did(f"{path} is removed.")

    def _noting_folders(self, manifest: Manifest) -> Manifest:
        """*manifest* with the folders that are made now: those that are not there yet."""
        missing = {folder for folder in self._place.folders if not folder.exists()}
        if missing <= manifest.folders:
            return manifest
        more = attrs.evolve(manifest, folders=manifest.folders | missing)
        more.write()
        return more

    def _clear_away(self, manifest: Manifest) -> None:
        """Remove the folders that setup made, as far as there is nothing in them."""
        made = [folder for folder in self._place.folders if folder in manifest.folders]
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
                self._did(f"{folder} is removed, since setup made it and it is empty.")
        if made:
            attrs.evolve(manifest, folders=manifest.folders - {*made}).write()

    def _undo(self, manifest: Manifest, path: Path, receipt: Receipt) -> Manifest:
        file = ConfigFile.read(path, self._place.file_mode)
        others = manifest.but(path, None)
        if file.data is not None:
            self._revert(file, receipt)
        others.write()
        return others

    def _revert(self, file: ConfigFile, receipt: Receipt) -> None:
        original = receipt.original(file)
        if file.name == receipt.after and receipt.created:
            file.delete()
            self._did(f"{file.path} is deleted, since setup made it.")
        elif original is not None and receipt.backup is not None:
            file.write(original)
            if receipt.own:
                Path(receipt.backup).unlink()
            self._did(f"{file.path} is as it was before.")
        else:
            self._take_out(file, receipt)

    def _take_out(self, file: ConfigFile, receipt: Receipt) -> None:
        text = file.text or ""
        change = removed(text, receipt.owned)
        if change.text != text:
            copy, _ = file.keep()
            file.write(change.text.encode())
            self._did(f"{file.path} is without the setup; as it was it is in {copy}.")
        self._said += _kept(file.path, change.kept)


def _kept(path: Path, kept: Sequence[Keys]) -> Iterator[str]:
    """What stays, one by one, or counted when that is too much to read."""
    if len(kept) > _MANY:
        yield f"{len(kept)} members of {path} are yours and stay as they are."
        return
    for keys in kept:
        yield f"'{'.'.join(keys)}' in {path} is yours and stays as it is."


def _conflict(path: Path, name: str) -> str:
    return (
        f"'plugin' in {path} names '{name}', an older plugin whose provider has the same name: take"
        " it out of that list, or OpenCode asks sometimes the one and sometimes the other."
    )


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say of which file it is that something is wrong with it."""
    try:
        yield
    except OSError as e:
        raise Refused(f"{e.filename or path}: {e.strerror or e}.") from e
    except ValueError as e:
        raise Refused(f"{path}: {e}. Nothing in it is changed.") from e
