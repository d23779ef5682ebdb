"""What every quota provider must do, as tests to inherit."""

import math
from typing import TYPE_CHECKING

from zope.interface.verify import verifyObject

from ..interfaces import IQuotaProvider
from ..routing.quota import Quota

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase as _TestCase
else:
    _TestCase = object


class QuotaProviderTests(_TestCase):
    """
    Inherit this beside :class:`twisted.trial.unittest.SynchronousTestCase`, and say how to make the
    provider: ``class MyProviderTests(QuotaProviderTests, SynchronousTestCase)``.
    """

    def make_provider(self) -> IQuotaProvider:
        """A provider whose source answers at once."""
        raise NotImplementedError

    def make_broken_provider(self) -> IQuotaProvider:
        """
        A provider whose source cannot be reached, or talks nonsense, and does so at once.

        The same as :meth:`make_provider` for one that has no source.
        """
        return self.make_provider()

    def test_provides_the_interface(self) -> None:
        """It has the methods of a quota provider, with their arguments."""
        self.assertTrue(verifyObject(IQuotaProvider, self.make_provider()))

    def test_sees_amounts(self) -> None:
        """All that it sees can be calculated with."""
        self._assert_amounts(self.successResultOf(self.make_provider().quota()))

    def test_looks_again(self) -> None:
        """It can be asked as often as somebody wants to know."""
        provider = self.make_provider()
        for _ in range(3):
            self._assert_amounts(self.successResultOf(provider.quota()))

    def test_does_not_fail(self) -> None:
        """What cannot be found out is not known, and no error."""
        self._assert_amounts(self.successResultOf(self.make_broken_provider().quota()))

    def _assert_amounts(self, quota: Quota) -> None:
        self.assertIsInstance(quota, Quota)
        for amount in (quota.grant, quota.limit, quota.wallet, quota.seen):
            self.assertTrue(math.isfinite(amount) and amount >= 0, quota)
