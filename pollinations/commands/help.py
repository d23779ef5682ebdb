"""``help``: all commands."""

from collections.abc import Sequence

from .control import Control
from .phrase import Phrase
from .verb import Misused, Told, Verb

_TITLE = Phrase("### 🌸 Pollinations: commands", "### 🌸 Pollinations : commandes")
_LINE = Phrase("- `/pollinations {use}`: {summary}", "- `/pollinations {use}` : {summary}")
_SHORT = Phrase("`/poll` is short for `/pollinations`.", "`/poll` est la forme courte.")


def with_help(verbs: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """*verbs*, and one that tells of them and of itself."""
    everything: tuple[Verb, ...] = (
        *verbs,
        Verb(
            "help",
            Phrase("Show all commands", "Montrer toutes les commandes"),
            lambda control, words: _help(everything, control, words),
        ),
    )
    return everything


async def _help(verbs: tuple[Verb, ...], control: Control, words: Sequence[str]) -> Told:
    if words:
        raise Misused
    language = control.language
    lines = [_LINE(language, use=verb.use, summary=verb.summary(language)) for verb in verbs]
    text = "\n".join((_TITLE(language), "", *lines, "", _SHORT(language)))
    commands = [{"name": v.name, "takes": v.takes, "summary": v.summary(language)} for v in verbs]
    return Told(text, {"commands": commands})
