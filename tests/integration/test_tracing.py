"""A proxy that delivers traces, and one whose collector is gone."""

import signal
from pathlib import Path
from typing import Any

import attrs
import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource
from twisted.web.server import Site

pytest.importorskip("opentelemetry.proto", reason="the extra 'otel' is not installed")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pollinations.testing.process import Proxy, running

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
FOLLOWED = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
NOWHERE = "http://127.0.0.1:9"
CHAT = {"model": "enter/openai", "messages": [{"role": "user", "content": "secretCanary"}]}


@attrs.define(eq=False, slots=False)
class Collector(Resource):
    """Takes traces, as OTLP over HTTP has them."""

    isLeaf = True
    bodies: list[bytes] = attrs.field(factory=list)
    paths: list[bytes] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def render_POST(self, request: Any) -> bytes:
        self.paths.append(request.path)
        self.bodies.append(request.content.read())
        return b""

    @property
    def spans(self) -> list[Any]:
        """Those that came, the ones of requests first."""
        found = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return sorted(
            (
                span
                for one in found
                for resource in one.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ),
            key=lambda span: span.name.startswith("chat"),
        )


def _asked(folder: Path, call: Any, where: str) -> Proxy:
    """A proxy that was asked, and has stopped."""
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": where}
    with running(folder, "--demo", "--port", "0", **environ) as proxy:
        assert call(proxy, "/v1/chat/completions", CHAT, **FOLLOWED).status == 200
        assert proxy.stop(signal.SIGTERM) == 0
    return proxy


@pytest_twisted.ensureDeferred
async def test_a_collector_gets_the_spans(tmp_path: Path, call: Any) -> None:
    """Before the proxy has stopped, and nothing that was said in them."""
    from twisted.internet import reactor

    collector = Collector()
    port: Any = reactor.listenTCP(0, Site(collector), interface="127.0.0.1")  # type: ignore[attr-defined]
    try:
        where = f"http://127.0.0.1:{port.getHost().port}"
        proxy = await deferToThread(_asked, tmp_path, call, where)
    finally:
        await port.stopListening()
    request, attempt = collector.spans
    assert set(collector.paths) == {b"/v1/traces"}
    assert (request.name, attempt.name) == ("POST /v1/chat/completions", "chat openai")
    assert request.trace_id == attempt.trace_id == bytes.fromhex(TRACE)
    assert request.parent_span_id == bytes.fromhex(SPAN)
    assert attempt.parent_span_id == request.span_id
    assert b"Canary" not in b"".join(collector.bodies)
    assert "traces" not in proxy.log
    assert f"trace_id={TRACE}" in proxy.log


def test_a_dead_collector_bothers_nobody(tmp_path: Path, call: Any) -> None:
    """Answers come, the log has no line of the SDK's, and the proxy stops when it is told to."""
    proxy = _asked(tmp_path, call, NOWHERE)
    assert "opentelemetry" not in proxy.log
    assert "Transient" not in proxy.log.replace("traces cannot be delivered", "")
    assert proxy.log.count("traces cannot be delivered") <= 1
