"""Runs commands, and tells what came of them whatever happens."""

from collections.abc import Sequence
from typing import Final

import attrs
from twisted.internet.defer import CancelledError
from twisted.logger import Logger

from ..errors import InvalidRequest, UpstreamFailed
from ..phrase import Phrase
from ..quiet import quiet
from ..settings.document import SettingsUnreadable
from ..settings.file import WrongSettings
from . import VERBS
from .asked import MOST_WORDS
from .control import Control
from .echo import echoed
from .near import meant
from .verb import Misused, Told, Verb

LONGEST: Final = 1024
"""The most characters of one word; a key may have half as many."""

OF_A_SHELL: Final = ("setup", "service", "doctor", "token", "completion")
"""The commands that only a shell has."""

_NOT_PLAIN = Phrase(
    "A command is a line of a few plain words. Nothing was changed.",
    "Une commande est une ligne de quelques mots simples. Rien n'a été changé.",
)
_UNKNOWN = Phrase(
    "There is no command {name}.{nearest} `/pollinations help` lists them all.",
    "La commande {name} n'existe pas.{nearest} `/pollinations help` les montre toutes.",
)
_IN_A_SHELL = Phrase(
    "`pollinations {name}` is a command for a shell: type it there.",
    "`pollinations {name}` est une commande de terminal : tapez-la dans un terminal.",
)
_TAKES = Phrase(
    "That is not what `{name}` takes. Use it as `/pollinations {use}`.",
    "Ce n'est pas ce que `{name}` attend. Utilisation : `/pollinations {use}`.",
)
_FAILED = Phrase("{message}", "Cela n'a pas été possible : {message}")
_UNREADABLE = Phrase(
    "The settings cannot be changed: {path} cannot be read ({reason}). It stays as it is.",
    "Les réglages ne peuvent pas être changés : {path} est illisible ({reason})."
    " Le fichier reste tel quel.",
)
_WRONG = Phrase("Nothing was changed: {problems}.", "Rien n'a été changé : {problems}.")
_DISK = Phrase(
    "Nothing was changed: the disk does not let us ({reason}).",
    "Rien n'a été changé : le disque ne le permet pas ({reason}).",
)
_BROKEN = Phrase(
    "The command itself failed. The log of the proxy says more.",
    "La commande elle-même a échoué. Le journal du proxy en dit plus.",
)


@attrs.define(eq=False, slots=False)
class Commands:
    """
    All commands, with what they look at and change.

    :param control: that.
    :param verbs: the commands.
    """

    control: Control
    _verbs: tuple[Verb, ...] = VERBS

    _log = Logger()

    async def run(self, words: Sequence[str]) -> Told:
        """
        Run a command. Nothing that goes wrong leaves here but a cancellation.

        :param words: its name and what follows; none at all ask for help.
        """
        if not _plain(words):
            return self._misunderstood(_NOT_PLAIN)
        name, *rest = words or ("help",)
        verb = self.find(name)
        if verb is None:
            return self._unknown(name)
        told = await self._told(verb, rest)
        self._log.info("command {verb}: {outcome}", verb=verb.name, outcome=_outcome(told))
        return told

    def find(self, name: str) -> Verb | None:
        """The command of this *name*, in whatever letter case."""
        return next((verb for verb in self._verbs if verb.name == name.lower()), None)

    async def _told(self, verb: Verb, words: Sequence[str]) -> Told:
        """What *verb* says, or what its failure means: the one place that knows."""
        try:
            return await verb.run(self.control, words)
        except Misused:
            return self._misunderstood(_TAKES, name=verb.name, use=verb.use)
        except (InvalidRequest, UpstreamFailed) as e:
            return self._not(_FAILED, message=e.message)
        except SettingsUnreadable as e:
            return self._not(_UNREADABLE, path=self.control.file.path.name, reason=str(e))
        except WrongSettings as e:
            return self._not(_WRONG, problems="; ".join(e.problems))
        except OSError as e:
            return self._not(_DISK, reason=e.strerror or type(e).__name__)
        except CancelledError:
            raise
        except Exception:
            self._log.failure("the command {verb} failed", quiet(), verb=verb.name)
            return self._not(_BROKEN)

    def _unknown(self, name: str) -> Told:
        if name.lower() in OF_A_SHELL:
            return self._misunderstood(_IN_A_SHELL, name=name.lower())
        nearest = meant(name, (verb.name for verb in self._verbs), self.control.language)
        return self._misunderstood(_UNKNOWN, name=echoed(name), nearest=nearest)

    def _misunderstood(self, phrase: Phrase, **fields: str) -> Told:
        return Told.misunderstood(phrase(self.control.language, **fields))

    def _not(self, phrase: Phrase, **fields: str) -> Told:
        return Told(phrase(self.control.language, **fields), ok=False)


def _plain(words: Sequence[str]) -> bool:
    """Whether somebody may have typed this: no control characters, no halves of characters."""
    return len(words) <= MOST_WORDS and all(
        len(word) <= LONGEST and word.isprintable() for word in words
    )


def _outcome(told: Told) -> str:
    return "done" if told.ok else "not done"
