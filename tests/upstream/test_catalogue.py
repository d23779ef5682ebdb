"""The catalogue follows the upstreams' lists, and nothing waits for it."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import orjson
from treq.testing import StubTreq
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from pollinations.routing.last_resort import LAST_RESORT
from pollinations.testing.logged import logged
from pollinations.upstream.catalogue import (
    FIRST,
    INTERVAL,
    LIMIT,
    PATIENCE,
    SOONER,
    CatalogueService,
)

KEY = "sk_secret_of_the_catalogue_tests"


@implementer(IResource)
@attrs.define(eq=False, slots=False)
class Lists(Resource):
    """Both upstreams: what each path answers, and what each was asked with."""

    answers: dict[bytes, Any] = attrs.field(factory=dict)
    asked: list[tuple[bytes, str | None]] = attrs.field(factory=list)
    agents: list[str | None] = attrs.field(factory=list)
    left: list[bytes] = attrs.field(factory=list)
    isLeaf = True

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def render(self, request: Request) -> bytes | int:
        self.asked.append((request.path, request.getHeader("authorization")))
        self.agents.append(request.getHeader("user-agent"))
        answer = self.answers.get(request.path, 404)
        if answer is None:
            request.notifyFinish().addErrback(lambda _: self.left.append(request.path))
            return NOT_DONE_YET
        if isinstance(answer, int):
            request.setResponseCode(answer)
            return b"<html>a page</html>"
        return answer if isinstance(answer, bytes) else orjson.dumps(answer)


class CatalogueServiceTests(SynchronousTestCase):
    """The service of both universes' lists."""

    def setUp(self) -> None:
        self.lists = Lists({b"/free/models": ["bidara"], b"/enter/text/models": ["claude"]})
        self.clock = Clock()
        self.key: str | None = KEY
        self.enter = "http://upstream.example/enter"
        self.path: Any = Path(self.mktemp()).absolute() / "catalogue.json"
        self.logged = logged(self.addCleanup)

    def service(self, in_thread: Callable[..., Any] = execute) -> CatalogueService:
        self.stub = StubTreq(self.lists)
        return CatalogueService(
            self.stub,
            lambda: "http://upstream.example/free/",
            lambda: self.enter,
            lambda: self.key,
            self.path,
            self.clock,
            lambda: "curl/8.5.0",
            in_thread,
        )

    def started(self, **options: Any) -> CatalogueService:
        service = self.service(**options)
        service.startService()
        self.addCleanup(self.stopped, service)
        return service

    def stopped(self, service: CatalogueService) -> None:
        if service.running:
            service.stopService()
            self.stub.flush()

    def names(self, service: CatalogueService, universe: str) -> list[str]:
        return [model.name for model in service.latest.models[universe]]

    def wait(self, seconds: float) -> None:
        """Let the clock go on, second by second, as far as it goes while an upstream is silent."""
        self.clock.pump([1.0] * int(seconds))
        self.stub.flush()

    def test_both_lists_are_read_at_the_start(self) -> None:
        """As soon as the service runs, the models are those that the upstreams list."""
        service = self.started()
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertEqual(self.names(service, "enter"), ["claude"])

    def test_another_upstream_is_followed_within_a_second(self) -> None:
        """By itself; the other universe is not asked again."""
        service = self.started()
        self.lists.answers[b"/moved/text/models"] = ["gemini"]
        self.lists.answers[b"/free/models"] = ["other"]
        self.enter = "http://upstream.example/moved/"
        self.wait(1)
        self.assertEqual(self.names(service, "enter"), ["gemini"])
        self.assertEqual(self.names(service, "free"), ["bidara"])

    def test_the_very_first_lists_may_be_waited_for(self) -> None:
        """By who has to have them; only as long as they are being read."""
        self.lists.answers[b"/free/models"] = None
        service = self.started()
        waiting = Deferred.fromCoroutine(service.settled())
        self.assertNoResult(waiting)
        self.wait(PATIENCE)
        self.successResultOf(waiting)
        self.successResultOf(Deferred.fromCoroutine(service.settled()))

    def test_nobody_waits_long_for_the_first_lists(self) -> None:
        """An upstream may be silent for much longer."""
        self.lists.answers = {b"/free/models": None, b"/enter/text/models": None}
        service = self.started()
        waiting = Deferred.fromCoroutine(service.settled())
        self.clock.advance(FIRST)
        self.successResultOf(waiting)
        self.assertEqual(service.latest, LAST_RESORT)

    def test_nobody_waits_where_there_are_lists_on_disk(self) -> None:
        """They were good the last time."""
        self.started().stopService()
        self.lists.answers = {b"/free/models": None, b"/enter/text/models": None}
        self.successResultOf(Deferred.fromCoroutine(self.started().settled()))

    def test_the_key_goes_to_enter_alone(self) -> None:
        """The free upstream is never shown a key."""
        self.started()
        self.assertEqual(
            sorted(self.lists.asked),
            [(b"/enter/text/models", f"Bearer {KEY}"), (b"/free/models", None)],
        )

    def test_says_what_it_is(self) -> None:
        """Libraries' usual names are banned by some upstreams; ours is a setting."""
        self.started()
        self.assertEqual(set(self.lists.agents), {"curl/8.5.0"})

    def test_without_a_key_enter_is_read_all_the_same(self) -> None:
        """The lists are public."""
        self.key = None
        service = self.started()
        self.assertIn((b"/enter/text/models", None), self.lists.asked)
        self.assertEqual(self.names(service, "enter"), ["claude"])

    def test_read_again_after_an_hour(self) -> None:
        """A new model needs no restart."""
        service = self.started()
        self.lists.answers[b"/free/models"] = ["bidara", "new"]
        self.wait(INTERVAL - 2)
        self.assertEqual(len(self.lists.asked), 2)
        self.wait(3)
        self.assertEqual(len(self.lists.asked), 4)
        self.assertEqual(self.names(service, "free"), ["bidara", "new"])

    def test_a_new_key_is_used_at_once(self) -> None:
        """What a key may use depends on the key; the free list has nothing to do with it."""
        self.key = None
        self.started()
        self.lists.asked.clear()
        self.key = KEY
        self.wait(2)
        self.assertEqual(self.lists.asked, [(b"/enter/text/models", f"Bearer {KEY}")])

    def test_a_list_that_fails_leaves_the_last_good_one(self) -> None:
        """It is tried again after a minute, and what went wrong is said once."""
        service = self.started()
        self.lists.answers[b"/free/models"] = 503
        self.wait(INTERVAL + 3 * SOONER)
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertEqual(self.logged, ["no list of free models (status 503); the last one stays"])
        self.lists.answers[b"/free/models"] = ["mended"]
        self.wait(SOONER + 2)
        self.assertEqual(self.names(service, "free"), ["mended"])

    def test_what_is_no_list_is_no_list(self) -> None:
        """Pages, errors, other JSON and lists without a chat model leave what was known."""
        for answer in (b"<html>", b"", b'{"error":{"message":"no"}}', [], {"data": 3}, [{}], 302):
            self.lists.answers[b"/free/models"] = answer
            service = self.started()
            self.assertEqual(service.latest.models["free"], LAST_RESORT.models["free"])
            self.stopped(service)
            self.path.unlink()

    def test_a_list_that_is_too_large_is_not_taken_in(self) -> None:
        """The memory that an upstream can make us use is bounded."""
        self.lists.answers[b"/free/models"] = b'["a"' + b" " * LIMIT + b"]"
        service = self.started()
        self.assertEqual(service.latest.models["free"], LAST_RESORT.models["free"])
        trouble = f"the reply is larger than {LIMIT} bytes"
        self.assertEqual(self.logged, [f"no list of free models ({trouble}); the last one stays"])

    def test_a_silent_upstream_holds_nothing_up(self) -> None:
        """The other list is there at once; the silent one is given up, and tried again."""
        self.lists.answers[b"/free/models"] = None
        service = self.started()
        self.assertEqual(self.names(service, "enter"), ["claude"])
        self.wait(PATIENCE + 1)
        self.assertEqual(self.lists.left, [b"/free/models"])
        self.assertEqual(
            self.logged, ["no list of free models (it took longer than 15 s); the last one stays"]
        )
        self.wait(SOONER)
        self.assertEqual([path for path, _ in self.lists.asked].count(b"/free/models"), 2)

    def test_stopping_hangs_up(self) -> None:
        """A silent upstream does not hold up the end either, and nothing is said of it."""
        self.lists.answers[b"/free/models"] = None
        service = self.service()
        service.startService()
        ended = service.stopService()
        self.stub.flush()
        self.successResultOf(ended)
        self.assertEqual((self.lists.left, self.logged), ([b"/free/models"], []))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_without_network_or_disk_there_are_models(self) -> None:
        """A first start needs nothing."""
        self.lists.answers.clear()
        self.assertEqual(self.started().latest, LAST_RESORT)
        self.assertFalse(self.path.exists())

    def test_the_disk_has_what_was_read_last(self) -> None:
        """A start without network goes by the lists of the last run."""
        self.stopped(self.started())
        self.lists.answers.clear()
        service = self.started()
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertEqual(self.names(service, "enter"), ["claude"])
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)

    def test_the_disk_has_only_what_was_read(self) -> None:
        """The package's own list is not kept, so that a new version brings a new one."""
        del self.lists.answers[b"/enter/text/models"]
        self.started()
        self.assertEqual(list(orjson.loads(self.path.read_bytes())["models"]), ["free"])

    def test_without_a_path_nothing_is_kept(self) -> None:
        """For models that are not to be remembered, such as an imitation's."""
        folder, self.path = self.path.parent, None
        service = self.started()
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertFalse(folder.exists())

    def test_a_broken_disk_copy_is_as_none(self) -> None:
        """It is named once, and written anew."""
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(b'{"models": {"free": [')
        service = self.started()
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertEqual(len(self.logged), 1)
        orjson.loads(self.path.read_bytes())

    def test_a_disk_that_takes_nothing_is_named_once(self) -> None:
        """The models are known all the same."""

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        service = self.started(in_thread=full)
        self.wait(INTERVAL + 2)
        self.assertEqual(self.names(service, "free"), ["bidara"])
        self.assertEqual(len(self.logged), 1)
        self.assertIn("No space left on device", self.logged[0])

    def test_stopping_waits_for_the_disk(self) -> None:
        """What is being written is finished."""
        written: Deferred[None] = Deferred()
        service = self.started(in_thread=lambda *_: written)
        ended = service.stopService()
        self.assertNoResult(ended)
        written.callback(None)
        self.successResultOf(ended)

    def test_nothing_shows_the_key(self) -> None:
        """Neither the service nor what it says of a failure."""
        self.lists.answers.clear()
        service = self.started()
        self.assertNotIn(KEY, repr(service) + repr(service._lists) + "".join(self.logged))
