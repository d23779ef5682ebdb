"""The figures of a proxy that runs."""

from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from pollinations.testing.process import running


def test_a_running_proxy_shows_its_figures(tmp_path: Path, call: Any, chat: Any) -> None:
    """Those of its connections too, in a form that Prometheus reads."""
    with running(tmp_path, "--demo", "--port", "0") as proxy:
        assert chat(proxy, "enter/openai", "Hello", stream=True).status == 200
        wrong = {"Content-Type": "text/plain"}
        assert call(proxy, "/v1/auth", {"apiKey": "sk_x"}, **wrong).status == 415
        said = call(proxy, "/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {f.name: f for f in text_string_to_metric_families(said.body.decode())}
    [connections] = families["pollinations_connections"].samples
    assert connections.value >= 1
    [overhead] = [
        sample
        for sample in families["pollinations_overhead_seconds"].samples
        if sample.name.endswith("_sum")
    ]
    assert overhead.value > 0
    counted = {
        (sample.labels["endpoint"], sample.labels["status_class"])
        for sample in families["pollinations_requests"].samples
    }
    assert {("chat", "2xx"), ("auth", "4xx")} <= counted
