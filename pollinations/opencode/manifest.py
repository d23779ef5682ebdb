"""What setup has done, so that it can be undone: kept in the proxy's folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import attrs
import orjson

from ..files import read_plain, write_whole
from ..settings.document import FILE_LIMIT
from .config_file import ConfigFile
from .ownership import Change, Owned, digest

_NONE = "it is no record of a setup, and without one setup knows of nothing that it wrote"

LIMIT = 16 * 1024 * 1024
"""The most bytes that the file may have."""


@attrs.frozen
class Receipt:
    """
    What setup has done to one file.

    :param after: the digest of the file as setup left it.
    :param before: the digest of the file as it was before that; ``None`` when setup made it, or
        when it has been changed by others in between.
    :param backup: where it is kept as it was.
    :param own: whether setup made that copy.
    :param created: whether setup made it, and nobody else has changed it since.
    """

    owned: Owned
    after: str
    before: str | None = None
    backup: str | None = None
    own: bool = False
    created: bool = False

    @classmethod
    def of(cls, file: ConfigFile, former: "Receipt | None", change: Change) -> "Receipt":
        """
        What there will be to know once *change* is written. A copy of the file is made here.

        :param former: what was known before.
        :raises OSError: there can be no copy.
        """
        after = digest(change.text.encode())
        if file.data is None:
            return cls(change.owned, after, created=True)
        if former is not None and file.name == former.after:
            return attrs.evolve(former, owned=change.owned, after=after)
        copy, own = file.keep()
        own = own or (former is not None and former.own and former.backup == str(copy))
        # What others have changed in between cannot be told from what there was.
        known = former is None or file.name == former.before
        return cls(change.owned, after, file.name if known else None, str(copy), own)

    def original(self, file: ConfigFile) -> bytes | None:
        """*file* as it was, if nobody but setup has changed it since, and it is still kept."""
        if file.name != self.after or self.before is None or self.backup is None:
            return None
        try:
            data = read_plain(Path(self.backup), FILE_LIMIT)
        except OSError:
            return None
        return data if digest(data) == self.before else None

    def to_json(self) -> dict[str, Any]:
        """The receipt as it is kept: paths are lists, since keys may hold anything."""
        owned = self.owned
        return {
            "after": self.after,
            "before": self.before,
            "backup": self.backup,
            "own": self.own,
            "created": self.created,
            "members": list(owned.members.items()),
            "made": owned.made,
            "replaced": list(owned.replaced.items()),
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """:raises ValueError: this is no receipt."""
        try:
            members = {tuple(path): str(name) for path, name in data["members"]}
            replaced = {tuple(path): value for path, value in data["replaced"]}
            made = tuple(tuple(path) for path in data["made"])
            owned = Owned(members, made, replaced)
            known = {name: data[name] for name in ("after", "before", "backup", "own", "created")}
            return cls(owned, **known)
        except (KeyError, TypeError) as e:
            raise ValueError(_NONE) from e


@attrs.frozen
class Manifest:
    """
    What setup has done to all files.

    :param path: where that is kept.
    :param files: receipts by the files' paths.
    :param folders: the folders that setup made.
    """

    path: Path
    files: Mapping[str, Receipt] = attrs.field(factory=dict)
    folders: frozenset[Path] = frozenset()

    @classmethod
    def read(cls, path: Path) -> Self:
        """
        What is kept in *path*.

        :raises OSError: it cannot be read.
        :raises ValueError: it cannot be understood.
        """
        try:
            data = orjson.loads(read_plain(path, LIMIT))
        except FileNotFoundError:
            return cls(path)
        except orjson.JSONDecodeError as e:
            raise ValueError(_NONE) from e
        if not isinstance(data, dict) or not isinstance(data.get("files"), dict):
            raise ValueError(_NONE)
        files = {name: Receipt.from_json(each) for name, each in data["files"].items()}
        # Older versions did not know which ones they made.
        return cls(path, files, frozenset(map(Path, data.get("folders", ()))))

    def but(self, config: Path, receipt: Receipt | None) -> Self:
        """A copy with another *receipt* for a file, or with none."""
        others = {name: each for name, each in self.files.items() if name != str(config)}
        return attrs.evolve(
            self, files=others if receipt is None else {**others, str(config): receipt}
        )

    def of(self, config: Path) -> Receipt | None:
        """What was done to a file, if anything was."""
        return self.files.get(str(config))

    def write(self) -> None:
        """
        Keep it; where there is nothing to keep, no file.

        :raises OSError: the disk does not let us.
        """
        if not self.files and not self.folders:
            self.path.unlink(missing_ok=True)
            return
        files = {name: each.to_json() for name, each in self.files.items()}
        data = {"files": files, "folders": sorted(map(str, self.folders))}
        write_whole(self.path, orjson.dumps(data, option=orjson.OPT_INDENT_2))
