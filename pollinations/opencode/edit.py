"""
Changes to the text of a JSON document that leave all else in it as it is, byte for byte:
comments, indentation, line ends, trailing commas, even what somebody wrote twice.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import attrs
import orjson

from ..settings import jsonc
from .layout import Layout, line_indent, own_line
from .members import Member, Object, root, scan

Path = tuple[str, ...]
"""The keys that lead to a member, from the outermost."""


@attrs.frozen
class NotAnObject(ValueError):
    """The document has something else where an object would have to be."""

    path: Path

    def __str__(self) -> str:
        return f"'{'.'.join(self.path)}' is not an object"


@attrs.frozen
class _Leaf:
    """A value, in a tree of paths."""

    value: Any = None


_Tree = dict[str, Any]
"""Keys to trees or leaves."""

_Edit = tuple[int, int, str]
"""From where to where, and what stands there instead."""


def put(text: str, leaves: Mapping[Path, Any]) -> str:
    """
    *text* with these values at these paths, in objects that are made where they are missing.

    A value that is there already stays as it is written.

    :raises NotAnObject: a path leads through something else.
    :raises ValueError: *text* does not hold a JSON object.
    """
    whole = root(text)
    layout = Layout.of(text, whole)
    return _applied(text, _put(text, whole, _tree(leaves), layout, ()))


def without(text: str, paths: Iterable[Path], made: Collection[Path] = ()) -> str:
    """
    *text* without the members at these paths; those that are not there are not missed.

    :param made: objects that go as well when nothing is left in them.
    :raises ValueError: *text* does not hold a JSON object.
    """
    edits, _ = _cut(text, root(text), _tree(dict.fromkeys(paths)), made, ())
    return _applied(text, edits)


def _tree(leaves: Mapping[Path, Any]) -> _Tree:
    tree: _Tree = {}
    for path, value in leaves.items():
        node = tree
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = _Leaf(value)
    return tree


def _applied(text: str, edits: Iterable[_Edit]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        parts += (text[at:start], new)
        at = end
    return "".join((*parts, text[at:]))


def _put(text: str, into: Object, tree: _Tree, layout: Layout, path: Path) -> Iterator[_Edit]:
    added = {}
    for key, node in tree.items():
        member = into.find(key)
        if member is None:
            added[key] = _plain(node)
        elif isinstance(node, _Leaf):
            yield from _replaced(text, member, node.value, layout)
        elif text[member.value] != "{":
            raise NotAnObject((*path, key))
        else:
            yield from _put(text, scan(text, member.value), node, layout, (*path, key))
    if added:
        yield from _added(text, into, added, layout)


def _plain(node: Any) -> Any:
    if isinstance(node, _Leaf):
        return node.value
    return {key: _plain(inner) for key, inner in node.items()}


def _replaced(text: str, member: Member, value: Any, layout: Layout) -> Iterator[_Edit]:
    if not same(jsonc.loads(text[member.value : member.end].encode()), value):
        indent, used = line_indent(text, member.start), member.value - member.start
        yield member.value, member.end, layout.written(value, indent, used)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON, in which ``true`` is not ``1``."""
    options = orjson.OPT_SORT_KEYS
    return orjson.dumps(one, option=options) == orjson.dumps(other, option=options)


def _added(text: str, into: Object, added: _Tree, layout: Layout) -> Iterator[_Edit]:
    """Members at the end of an object, set out as those that are there."""
    outer = line_indent(text, into.start)
    indents = [own_line(text, member) for member in into.members]
    indent = next((each for each in indents if each is not None), outer + layout.unit)
    # On one line with the others, if they are on one line, and no comment takes the rest of it.
    inline = into.members and not any(each is not None for each in indents)
    if inline and not into.remark:
        before, indent = " ", outer
    else:
        before = layout.newline + indent
    lines = ",".join(before + layout.member(*each, indent) for each in added.items())
    if not into.members and not into.comments:
        yield into.start, into.end, f"{lines}{layout.newline}{outer}"
        return
    comma = bool(into.members) and into.members[-1].comma is not None
    if into.members and not comma:
        yield into.members[-1].end, into.members[-1].end, ","
    yield into.last, into.last, lines + ("," if comma else "")


def _cut(
    text: str, out_of: Object, tree: _Tree, made: Collection[Path], path: Path
) -> tuple[list[_Edit], bool]:
    """What to take out of an object, and whether nothing is left in it then."""
    edits: list[_Edit] = []
    gone: list[Member] = []
    for member in out_of.members:
        node = tree.get(member.key)
        if isinstance(node, _Leaf):
            gone.append(member)
        elif node is not None and text[member.value] == "{":
            inside = (*path, member.key)
            inner, empty = _cut(text, scan(text, member.value), node, made, inside)
            if empty and inside in made:
                gone.append(member)
            else:
                edits += inner
    kept = [member for member in out_of.members if member not in gone]
    if gone and not kept and not out_of.comments:
        return [(out_of.start, out_of.end, "")], True
    edits += [edit for member in gone for edit in _taken_out(text, member)]
    if gone and kept and out_of.members[-1].comma is None and kept[-1].comma is not None:
        edits.append((kept[-1].comma, kept[-1].comma + 1, ""))
    return edits, False


def _taken_out(text: str, member: Member) -> Iterator[_Edit]:
    """A member with its comma, and with the space before it."""
    rest = member.end if member.comma is None else member.comma + 1
    # A comment that takes the rest of its line must not take what comes next.
    needed = member.remark and text[rest] not in "\r\n"
    yield member.after, member.end, _line_break(text, member.after) if needed else ""
    if member.comma is not None:
        yield member.comma, member.comma + 1, ""


def _line_break(text: str, at: int) -> str:
    return "\r\n" if text.startswith("\r\n", at) else text[at]
