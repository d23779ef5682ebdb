"""What is installed."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from ... import __version__
from ...phrase import Phrase
from .case import Case
from .finding import Finding

PACKAGES = ("Twisted", "klein", "treq")

_LIST = Phrase("{versions}", "{versions}")
_MISSING = Phrase("{name} is not installed", "{name} n'est pas installé")
_INSTALL = Phrase("`pip install {name}`", "`pip install {name}`")


def versions(case: Case) -> Iterator[Finding]:
    """Versions, for those who report a problem."""
    found = {"pollinations": __version__, "Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            yield Finding("versions", "fail", _MISSING, _INSTALL, {"name": name})
    said = ", ".join(f"{name} {number}" for name, number in found.items())
    yield Finding("versions", "ok", _LIST, fields={"versions": said})
