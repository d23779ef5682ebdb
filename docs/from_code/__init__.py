"""
What the code itself knows, as parts of the documentation: a directive for each.

The tables need no Sphinx, which is imported only by :func:`setup`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from .answers import stages
from .commands import commands, shell_commands
from .failures import failures
from .figures import figures
from .paths import paths
from .reference import room, seams
from .requests import quirks
from .settings import options, settings

PARTS: Mapping[str, Callable[..., str]] = {
    "settings": settings,
    "options": options,
    "commands": commands,
    "shell-commands": shell_commands,
    "quirks": quirks,
    "stages": stages,
    "failures": failures,
    "figures": figures,
    "paths": paths,
    "seams": seams,
    "room": room,
}
"""Directive to what it stands for, given the directive's argument if it has one."""


def _says_nothing(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> Any:
    """Leave out the fields of named tuples, of which the class itself tells."""
    return True if str(getattr(thing, "__doc__", "")).startswith("Alias for field") else None


def setup(app: Any) -> Mapping[str, bool]:
    """Teach Sphinx the directives."""
    from sphinx.util.docutils import SphinxDirective

    class Part(SphinxDirective):
        optional_arguments = 1

        def run(self) -> list[Any]:
            # Pages do not change when the code does.
            self.env.note_reread()
            text = PARTS[self.name](*self.arguments)
            return self.parse_text_to_nodes(text, allow_section_headings=True)

    for name in PARTS:
        app.add_directive(name, Part)
    app.connect("autodoc-skip-member", _says_nothing)
    return {"parallel_read_safe": True}
