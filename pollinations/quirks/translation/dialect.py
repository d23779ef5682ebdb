"""What a dialect is: a table of what one kind of model understands."""

from collections.abc import Mapping

import attrs

from .keywords import Reader

Keywords = Mapping[str, Mapping[str, Reader]]


@attrs.frozen(eq=False)
class Dialect:
    """
    The part of JSON Schema that one kind of model understands.

    At the top of a tool's parameters every dialect wants an object that is not combined of others
    (no ``$ref``, ``allOf``, ``anyOf``, ``oneOf``, ``not`` or ``enum``) and names its properties.

    :param name: for people.
    :param top: the keywords that may stand at the top; ``None`` for all that may stand below it.
    :param keywords: type to the keywords that may stand beside it, each with how its value is
        read (:mod:`pollinations.quirks.translation.keywords`). Then nothing else may stand
        anywhere, every schema has exactly one type, a union stands alone, and what an enum lists
        are strings. ``None``: schemas below the top go as they are.
    :param hints: type to keywords that the dialect lacks, each with how the description says them.
    :param references: whether ``$ref`` is understood.
    :param items: whether an array has to say what it holds.
    """

    name: str
    top: frozenset[str] | None = None
    keywords: Keywords | None = None
    hints: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    references: bool = True
    items: bool = False
