"""The ordered tuple of all quirks."""

import pkgutil
from importlib import import_module

from pollinations import quirks
from pollinations.quirks import QUIRKS


def test_no_module_is_forgotten() -> None:
    """Every module that defines a quirk is in the tuple, once."""
    modules = [
        import_module(f"{quirks.__name__}.{module.name}")
        for module in pkgutil.iter_modules(quirks.__path__)
    ]
    defined = [module.QUIRK for module in modules if hasattr(module, "QUIRK")]
    assert sorted(map(id, defined)) == sorted(map(id, QUIRKS))


def test_rules_are_told_apart() -> None:
    """No two rules have the same full name."""
    names = [f"{quirk.name}.{rule}" for quirk in QUIRKS for rule, _ in quirk.rules]
    assert len(names) == len(set(names))
