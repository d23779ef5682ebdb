"""``help``: all commands, or one."""

from collections.abc import Sequence

from ..phrase import Phrase
from .control import Control
from .verb import Misused, Told, Verb

_TITLE = Phrase("### 🌸 Pollinations: commands", "### 🌸 Pollinations : commandes")
_LINE = Phrase("- `/pollinations {use}`: {summary}", "- `/pollinations {use}` : {summary}")
_SHORT = Phrase(
    "`/poll` is short for `/pollinations`.", "`/poll` est la forme courte de `/pollinations`."
)


def with_help(verbs: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """*verbs*, and one that tells of them and of itself."""
    everything: tuple[Verb, ...] = (
        *verbs,
        Verb(
            "help",
            Phrase("Show all commands, or one", "Montrer toutes les commandes, ou une seule"),
            lambda control, words: _help(everything, control, words),
            "[command]",
        ),
    )
    return everything


async def _help(verbs: tuple[Verb, ...], control: Control, words: Sequence[str]) -> Told:
    language, named = control.language, [word.lower() for word in words]
    told = [verb for verb in verbs if [verb.name] == named] if named else verbs
    if not told:
        raise Misused
    lines = [_LINE(language, use=verb.use, summary=verb.summary(language)) for verb in told]
    text = "\n".join((_TITLE(language), "", *lines, "", _SHORT(language)))
    commands = [{"name": v.name, "takes": v.takes, "summary": v.summary(language)} for v in told]
    return Told(lines[0].removeprefix("- ") if named else text, {"commands": commands})
