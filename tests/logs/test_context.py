"""Every line is about the request that it is logged for."""

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from pollinations.logs.context import Served, current, in_request, served, serving


class ContextTests(SynchronousTestCase):
    """Coroutines and callbacks know whom they serve."""

    def test_nobody_is_served_at_first(self) -> None:
        self.assertIsNone(current())

    def test_what_is_called_meanwhile_serves_it(self) -> None:
        request = Served("a")
        with serving(request):
            self.assertIs(current(), request)
        self.assertIsNone(current())

    def test_a_coroutine_goes_on_serving_it(self) -> None:
        """Whatever is served where it is waited for."""
        waiting: Deferred[None] = Deferred()
        seen = []

        async def serve() -> None:
            await waiting
            seen.append(current())

        request = Served("a")
        with serving(request):
            Deferred.fromCoroutine(serve())
        with serving(Served("b")):
            waiting.callback(None)
        self.assertEqual(seen, [request])

    def test_who_is_served_by_nobody_begins(self) -> None:
        """Where there is no guard, a coroutine says it for itself alone."""

        async def serve() -> Served:
            served("a").universe = "free"
            return served("b")

        found = self.successResultOf(serve_in_its_own(serve()))
        self.assertEqual((found.id, found.universe), ("a", "free"))
        self.assertIsNone(current())

    def test_a_callback_serves_what_its_object_is_for(self) -> None:
        """Also within another request, and when it fails."""

        class Called:
            served = Served("a")

            @in_request
            def called(self) -> None:
                seen.append(current())
                raise ValueError

        seen: list[Served | None] = []
        with serving(Served("b")):
            self.assertRaises(ValueError, Called().called)
            self.assertEqual(current().id, "b")  # type: ignore[union-attr]
        self.assertEqual(seen, [Called.served])


def serve_in_its_own(coroutine: object) -> Deferred[Served]:
    """*coroutine*, in a context of its own."""
    return Deferred.fromCoroutine(coroutine)  # type: ignore[arg-type]
