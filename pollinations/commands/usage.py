"""``usage``: what is left to spend, and what was spent."""

from collections.abc import Iterator, Sequence

from ..phrase import Language, Phrase
from ..routing.dashboard import emoji
from ..routing.quota import Quota, fixed
from . import numbers
from .control import Control
from .details import details
from .holdings import holdings, used
from .markdown import plain
from .verb import Misused, Told, Verb

_TITLE = Phrase("### 🌸 Pollinations Dashboard ({mode})", "### 🌸 Dashboard Pollinations ({mode})")
_RESOURCES = Phrase("**Resources**", "**Ressources**")
_TIER = Phrase(
    "- **Tier**: {emoji} {tier} ({limit:g} pollen/day)",
    "- **Tier** : {emoji} {tier} ({limit:g} pollen/jour)",
)
_QUOTA = Phrase("- **Quota**: {used} 🌼 / {limit} 🌼", "- **Quota** : {used} 🌼 / {limit} 🌼")
_USAGE = Phrase("- **Usage**: `{bar}` ({percent}%)", "- **Usage** : `{bar}` ({percent} %)")
_QUEST = Phrase("- **Quest**: {grant} 🌼", "- **Quest** : {grant} 🌼")
_WALLET = Phrase("- **Wallet**: ${wallet}", "- **Wallet** : ${wallet}")
_RESET = Phrase("- **Reset**: {clock} (in {left})", "- **Reset** : {clock} (dans {left})")
_BALANCE = Phrase(
    "- **Balance**: ${wallet} (grant and wallet together: this key cannot tell them apart)",
    "- **Solde** : ${wallet} (allocation et portefeuille ensemble : cette clé ne permet pas de les"
    " distinguer)",
)
_LIMITED = Phrase(
    "- 🔒 This key may chat, but not look at its account: what is left cannot be seen.",
    "- 🔒 Cette clé permet de discuter, mais pas de voir son compte : ce qui reste n'est pas"
    " visible.",
)
_UNSEEN = Phrase(
    "- ⚠️ The account cannot be seen, since {clock} ({age} ago).",
    "- ⚠️ Le compte est inaccessible, depuis {clock} (il y a {age}).",
)
_NEVER = Phrase("- ⚠️ The account has not been seen yet.", "- ⚠️ Le compte n'a pas encore été vu.")
_BEFORE = Phrase("- Seen then: {line}.", "- Vu alors : {line}.")
_OLD = Phrase(
    "- ⚠️ The account cannot be seen at the moment; this was seen at {clock} ({age} ago).",
    "- ⚠️ Le compte est inaccessible pour le moment ; ceci date de {clock} (il y a {age}).",
)
_FREE = Phrase(
    "- Until that can be seen, mode **{mode}** has `enter` models answered by free ones.",
    "- En attendant, le mode **{mode}** fait répondre des modèles gratuits à la place des modèles"
    " `enter`.",
)
_NO_KEY = Phrase(
    "There is no API key. Models of the `free` universe answer without one, and have no quota.\n\n"
    "_Keys are made at_ https://enter.pollinations.ai _; type_ `/pollinations connect <key>` _to"
    " use one._",
    "Il n'y a pas de clé API. Les modèles de l'univers `free` répondent sans clé et sans quota.\n\n"
    "_Une clé se crée sur_ https://enter.pollinations.ai _; tapez_ `/pollinations connect <clé>`"
    " _pour l'utiliser._",
)
_HINT = Phrase(
    "_Type_ `/pollinations usage full` _for the details._",
    "_Tapez_ `/pollinations usage full` _pour le détail._",
)


async def usage(control: Control, words: Sequence[str]) -> Told:
    """Look at the account, and show what is left."""
    if [word.lower() for word in words] not in ([], ["full"]):
        raise Misused
    language, mode = control.language, control.situation.mode
    title, data = _TITLE(language, mode=mode.upper()), {"mode": mode}
    if not control.situation.has_key:
        text = f"{title}\n\n{_NO_KEY(language)}"
        return Told(text, {**data, "has_key": False, **holdings(Quota()), "period": None})
    began = control.now()
    quota = await control.outlook.quota.refresh()
    lines = [_RESOURCES(language), *_resources(control, quota, began)]
    if words:
        last, period = await details(control, quota)
    else:
        last, period = _HINT(language), None
    text = "\n\n".join((title, "\n".join(lines), last))
    return Told(text, {**data, "has_key": True, **holdings(quota), "period": period})


def _resources(control: Control, quota: Quota, began: float) -> Iterator[str]:
    """A line for each thing that is known; and if nothing is, what that means."""
    language, mode, now = control.language, control.situation.mode, control.now()
    if quota.limited:
        yield _LIMITED(language)
    elif not quota.known:
        yield from _unknown(quota, now, language)
    else:
        yield from _known(quota, now, language)
        if quota.seen < began:
            yield _OLD(language, **_when(quota.seen, now))
    unseen = not quota.known and not quota.limited
    if (mode == "pro" and unseen) or (mode == "alwaysfree" and not (quota.known and quota.split)):
        yield _FREE(language, mode=mode)


def _known(quota: Quota, now: float, language: Language) -> Iterator[str]:
    wallet = fixed(quota.wallet, 2)
    if not quota.split:
        yield _BALANCE(language, wallet=wallet)
        return
    if quota.limit:
        yield from _period(quota, language)
    else:
        yield _QUEST(language, grant=fixed(quota.grant, 2))
    yield _WALLET(language, wallet=wallet)
    if quota.resets is not None:
        left = numbers.until(quota.resets - now)
        yield _RESET(language, clock=numbers.clock(quota.resets), left=left)


def _period(quota: Quota, language: Language) -> Iterator[str]:
    """What a tier allows in a period, and how much of it is used."""
    share = numbers.share(used(quota), quota.limit)
    sign, tier = emoji(quota.tier), plain(quota.tier.upper())
    yield _TIER(language, emoji=sign, tier=tier, limit=quota.limit)
    yield _QUOTA(language, used=fixed(used(quota), 2), limit=fixed(quota.limit, 2))
    yield _USAGE(language, bar=numbers.bar(share), percent=numbers.percent(share))


def _unknown(quota: Quota, now: float, language: Language) -> Iterator[str]:
    if not quota.seen:
        yield _NEVER(language)
        return
    yield _UNSEEN(language, **_when(quota.seen, now))
    if quota.grant or quota.wallet or quota.limit:
        yield _BEFORE(language, line=_before(quota))


def _before(quota: Quota) -> str:
    wallet = f"${fixed(quota.wallet, 2)}"
    if not quota.split:
        return wallet
    limit = f" / {fixed(quota.limit, 2)}" if quota.limit else ""
    return f"{fixed(quota.grant, 2)}{limit} 🌼 + {wallet}"


def _when(moment: float, now: float) -> dict[str, str]:
    """The time of day of something past, and its age."""
    return {"clock": numbers.clock(moment), "age": numbers.age(now - moment)}


USAGE = Verb(
    "usage",
    Phrase(
        "Show what is left to spend; `full`: what was spent, model by model",
        "Afficher ce qui reste ; `full` : les dépenses par modèle",
    ),
    usage,
    "[full]",
)
