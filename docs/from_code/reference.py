"""The reference of the modules, from their docstrings."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

from zope.interface.interface import InterfaceClass, Method

from .text import section, within


def room(name: str) -> str:
    """The public modules of one room: a package, or a single module."""
    module = import_module(f"pollinations.{name}")
    found = pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}.")
    return "\n\n".join((_module(module.__name__), *(_section(info.name) for info in found)))


def _section(name: str) -> str:
    return section(name.removeprefix("pollinations."), _module(name))


def _module(name: str) -> str:
    return within(f"automodule:: {name}", members="")


def seams() -> str:
    """The interfaces. Sphinx takes those of zope for no classes."""
    module = import_module("pollinations.interfaces")
    found = (each for each in vars(module).values() if isinstance(each, InterfaceClass))
    own = (each for each in found if each.__module__ == module.__name__)
    about = within(f"module:: {module.__name__}", inspect.getdoc(module) or "")
    return "\n\n".join((about, *map(_interface, own)))


def _interface(interface: InterfaceClass) -> str:
    about = within(
        f"py:class:: {interface.__name__}",
        inspect.cleandoc(interface.__doc__),
        *_methods(interface),
    )
    return section(interface.__name__, about)


def _methods(interface: InterfaceClass) -> Iterator[str]:
    for name, method in interface.namesAndDescriptions():
        assert isinstance(method, Method)
        signature = f"{name}{method.getSignatureString()}"
        yield within(f"py:method:: {signature}", inspect.cleandoc(method.__doc__))
