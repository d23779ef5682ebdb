"""What is done to requests, family by family."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

from pollinations.quirks import QUIRKS, Quirk, families

from .text import literal, meaning, section, table


def quirks() -> str:
    """A section for each family, in the order in which they are applied."""
    modules = _modules()
    return "\n\n".join(_family(quirk, modules[id(quirk)]) for quirk in QUIRKS)


def _modules() -> Mapping[int, ModuleType]:
    """The module that each family is described in."""
    found = (thing for thing in vars(families).values() if hasattr(thing, "QUIRK"))
    return {id(module.QUIRK): module for module in found}


def _family(quirk: Quirk, module: ModuleType) -> str:
    title = module.__name__.rpartition(".")[2]
    return section(
        title.capitalize(),
        f"{_whose(quirk)} {meaning(module)}",
        table(("rule", "what it does"), _rules(quirk)),
    )


def _whose(quirk: Quirk) -> str:
    """Which models are concerned, as a sentence."""
    if not quirk.families:
        return "*All models.*"
    words, but = (", ".join(map(literal, names)) for names in (quirk.families, quirk.unless))
    return f"*Models called* {words}{f', but not {but}' if but else ''}."


def _rules(quirk: Quirk) -> Iterator[Sequence[str]]:
    said: dict[str, list[str]] = {}
    for name, rule in (*quirk.first, *quirk.rules):
        said.setdefault(f"{quirk.name}.{name}", []).append(meaning(rule))
    for remedy in quirk.remedies:
        said[f"retry.{remedy.name}"] = [f"After a complaint, once more: {meaning(remedy.change)}"]
    yield from ((literal(name), " ".join(meanings)) for name, meanings in said.items())
