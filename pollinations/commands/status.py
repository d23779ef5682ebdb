"""``status``: how things stand, in one line."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from .. import __version__
from ..phrase import Language, Phrase
from ..routing.dashboard import dashboard
from ..routing.quota import Quota
from ..routing.record import Record
from . import numbers
from .control import Control
from .holdings import holdings
from .markdown import code
from .verb import Misused, Told, Verb

RECENT: Final = 3600.0
"""Seconds for which a fallback is worth telling of."""

SHOWN: Final = 3
"""The most models that are named as cooling down; the others are counted."""

_NO_KEY = Phrase("🔑 No key: free models only", "🔑 Pas de clé : modèles gratuits seulement")
_COOLING = Phrase("🧊 Cooling down: {models}", "🧊 En pause : {models}")
_HELD = Phrase("until there is pollen", "jusqu'au retour du pollen")
_MORE = Phrase("{count} more", "{count} autres")
_FALLBACK = Phrase(
    "🛟 Last fallback {clock}: {asked} → {model} ({reason})",
    "🛟 Dernier repli {clock} : {asked} → {model} ({reason})",
)


async def status(control: Control, words: Sequence[str]) -> Told:
    """Show how things stand, without another look at what was looked at before."""
    if words:
        raise Misused
    has_key = control.situation.has_key
    quota = await control.outlook.quota.settled() if has_key else Quota()
    key, last = control.key() if has_key else None, _last_fallback(control)
    file = control.file
    data = {
        "version": __version__,
        "demo": not control.keeps_keys,
        "upstreams": dict(control.upstreams()),
        "settings": {"path": str(file.path), "problems": list(file.problems)},
        "mode": control.situation.mode,
        "has_key": has_key,
        "key": None if key is None else {"masked": key.masked, "source": key.source},
        "quota": holdings(quota),
        "cooling": [{"model": model, "seconds": left} for model, left in _cooling(control)],
        "last_fallback": None if last is None else _data(last),
    }
    return Told(" | ".join((_standing(control, quota), *_parts(control, last))), data)


def _standing(control: Control, quota: Quota) -> str:
    """What is left, and the mode."""
    language, mode = control.language, control.situation.mode
    if not control.situation.has_key:
        return f"{_NO_KEY(language)} | ⚙️ {mode.upper()}"
    return dashboard(quota, mode, control.now(), language)


def _parts(control: Control, last: Record | None) -> Iterator[str]:
    """Whose key it is, and whatever is not as it should be."""
    language, key = control.language, control.key()
    if key is not None and control.situation.has_key:
        yield f"🔑 `{key.masked}` ({key.source})"
    if cooling := _cooling(control):
        said = [f"{code(model)} {_left(left, language)}" for model, left in cooling[:SHOWN]]
        if len(cooling) > SHOWN:
            said.append(_MORE(language, count=len(cooling) - SHOWN))
        yield _COOLING(language, models=", ".join(said))
    if last is not None:
        yield _FALLBACK(
            language,
            clock=numbers.clock(last.at),
            asked=code(last.asked),
            model=code(last.route.name),
            reason=last.route.reason,
        )


def _cooling(control: Control) -> list[tuple[str, int | None]]:
    """Model to whole seconds, the longest first; ``None``: until there is something to spend."""
    left = sorted(control.situation.cooling.items(), key=lambda one: (-one[1], one[0]))
    return [
        ("/".join(key), math.ceil(seconds) if math.isfinite(seconds) else None)
        for key, seconds in left
    ]


def _left(seconds: int | None, language: Language) -> str:
    return _HELD(language) if seconds is None else f"{seconds} s"


def _last_fallback(control: Control) -> Record | None:
    """The last request that another model took over, if that was not long ago."""
    since = control.now() - RECENT
    fallen = (one for one in control.records or () if one.route.reason and one.at >= since)
    return next(fallen, None)


def _data(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": numbers.iso(record.at),
        "asked": record.asked,
        "model": record.route.name,
        "reason": record.route.reason,
    }


STATUS = Verb(
    "status",
    Phrase("Show how things stand, in a line", "Afficher la situation, en une ligne"),
    status,
)
