"""What is served, where."""

from collections.abc import Iterator, Sequence

from pollinations.web.api import OpenAIResource

from .text import literal, meaning, table


def paths() -> str:
    """All paths, and what a request for one does."""
    return table(("method", "path", "what it does"), _rows())


def _rows() -> Iterator[Sequence[str]]:
    served: dict[str, list[str]] = {}
    methods = {}
    for rule in OpenAIResource.app.url_map.iter_rules():
        if not rule.rule.endswith("/"):
            served.setdefault(rule.endpoint, []).append(rule.rule.replace("<path:", "<"))
            methods[rule.endpoint] = "POST" if "POST" in rule.methods else "GET"
    for endpoint, known in served.items():
        said = meaning(OpenAIResource.app.endpoints[endpoint])
        yield methods[endpoint], ", ".join(map(literal, known)), said
