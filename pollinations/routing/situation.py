"""What is known at the moment at which a request is routed, as one value."""

from collections.abc import Mapping

import attrs

from ..settings.schema import Mode, Settings
from .catalogue import Catalogue
from .quota import Quota


@attrs.frozen
class Situation:
    """
    What a router decides by.

    :param settings: the settings now in force.
    :param catalogue: the models that are known.
    :param quota: the latest look at the account, aged to this moment.
    :param cooling: (universe, model) to seconds until it may be asked again.
    :param has_key: whether there is a key for the ``enter`` universe.
    """

    settings: Settings = attrs.field(factory=Settings)
    catalogue: Catalogue = attrs.field(factory=Catalogue)
    quota: Quota = attrs.field(factory=Quota)
    cooling: Mapping[tuple[str, str], float] = attrs.field(factory=dict)
    has_key: bool = False

    @property
    def mode(self) -> Mode:
        """The mode in force: the one that was chosen, else ``pro`` with a key, else ``manual``."""
        return self.settings.mode or ("pro" if self.has_key else "manual")
