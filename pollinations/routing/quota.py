"""How much may still be spent, from what the account pages say."""

import attrs


@attrs.frozen
class Quota:
    """
    What an account may still spend. All amounts are in pollen.

    :param known: whether the numbers can be relied on.
    :param grant: what is left of what costs nothing (a tier's allowance, or Quest Pollen).
    :param limit: the whole allowance of a period; 0 in a world without periods.
    :param wallet: what is left of what was paid for.
    :param split: whether *grant* and *wallet* are told apart; when not, *wallet* is the total.
    :param limited: the key may chat and not look at the account.
    :param tier: the tier's name, or empty in a world without tiers.
    :param resets: when the period ends, in seconds since the epoch, or ``None``.
    :param seen: when this was looked at, in seconds since the epoch.
    """

    known: bool = False
    grant: float = 0.0
    limit: float = 0.0
    wallet: float = 0.0
    split: bool = True
    limited: bool = False
    tier: str = ""
    resets: float | None = None
    seen: float = 0.0
