"""A shell without a proxy, whose commands are answered by the test."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from pollinations.cli import main
from pollinations.commands.verb import Told
from pollinations.shell.work import Work


@attrs.define
class Shell:
    """
    Runs the program.

    :param answer: what every command answers.
    """

    answer: Told = attrs.field(factory=lambda: Told("Done.", {"done": True}))
    asked: list[list[str]] = attrs.field(factory=list)
    """The words of each command that was answered."""

    def __call__(self, *arguments: str, **options: Any) -> Result:
        """Run it with these arguments."""
        work = Work({"HOME": "/nonexistent"}, self._alone)
        return CliRunner().invoke(main, arguments, obj=work, **options)

    def _alone(self, environ: Mapping[str, str], words: Sequence[str]) -> Told:
        self.asked.append(list(words))
        return self.answer


@pytest.fixture
def shell() -> Callable[..., Result]:
    """A shell where no proxy runs."""
    return Shell()
