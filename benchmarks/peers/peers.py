"""Who is measured."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from . import installed
from .started import Peer, Place

LIMITS = {"requests": 5000, "connections": 5000, "bodyLimit": 1 << 25}
"""Settings of ours that let 2,000 streams in; all else is as it is without any."""


def _written(name: str, place: Place, tls: bool = False) -> str:
    """A configuration, filled in; its path."""
    text = (installed.HERE / name).read_text()
    pem = installed.certificate(place.folder) if tls else ""
    certificate = f"ssl_certificate {pem}; ssl_certificate_key {pem};" if tls else ""
    for mark, value in {
        "@PORT@": place.port,
        "@UPSTREAM@": place.upstream,
        "@FOLDER@": place.folder,
        "@TLS@": "ssl" if tls else "",
        "@CERTIFICATE@": certificate,
    }.items():
        text = text.replace(mark, str(value))
    path = place.folder / name
    path.write_text(text)
    return str(path)


def _node(*script: str) -> tuple[str, ...]:
    found = shutil.which("node")
    if found is None:
        raise FileNotFoundError("node")
    return (found, *script)


def _nginx(place: Place, tls: bool = False) -> Sequence[str]:
    program, folder = installed.from_apt("nginx"), str(place.folder)
    log = str(place.folder / "nginx.log")
    return (program, "-e", log, "-p", folder, "-c", _written("nginx.conf", place, tls))


def terminator() -> Peer:
    """What encrypts the upstream; it is not measured."""
    return Peer("terminator", lambda place: _nginx(place, tls=True), tls=True)


def python_peer(name: str, script: str, python: Path | None = None) -> Peer:
    """A proxy that is a script in this folder."""

    def command(place: Place) -> Sequence[str]:
        interpreter = python or installed.python("venv")
        return (
            str(interpreter),
            str(installed.HERE / script),
            str(place.port),
            str(place.upstream),
        )

    return Peer(name, command)


def ours(
    name: str = "ours",
    checkout: Path = installed.CHECKOUT,
    python: Path | None = None,
    *options: str,
    tls: bool = False,
    cores: int = 1,
) -> Peer:
    """The proxy of *checkout*, as a user starts it, with all that it does."""

    def command(place: Place) -> Sequence[str]:
        twist = (python or installed.python("venv")).with_name("twist")
        home = place.folder / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "config.json").write_text(json.dumps({"mode": "manual", "listener": LIMITS}))
        (home / "config.json").chmod(0o600)
        base = (
            f"https://localhost:{place.upstream}" if tls else f"http://127.0.0.1:{place.upstream}"
        )
        upstreams = (f"--free-url={base}", f"--enter-url={base}")
        # As the services start it that we install.
        command = (str(twist), "--log-format=text", "--log-level=warn", "pollinations")
        return (*command, f"--port={place.port}", *upstreams, *options)

    def environ(place: Place) -> Mapping[str, str]:
        pem = place.folder.parent / "terminator" / "localhost.pem"
        return {
            "PYTHONPATH": str(checkout),
            "HOME": str(place.folder),
            "POLLINATIONS_HOME": str(place.folder / "home"),
            "POLLINATIONS_API_KEY": "sk_benchmarkbenchmark",
            **({"SSL_CERT_FILE": str(pem)} if tls else {}),
        }

    return Peer(name, command, environ, "enter/", tls=tls, cores=cores)


def _litellm(place: Place) -> Sequence[str]:
    program = installed.python("litellm").with_name("litellm")
    bound = ("--host", "127.0.0.1", "--port", str(place.port))
    return (str(program), "--config", _written("litellm.yaml", place), *bound)


def _portkey(place: Place) -> Sequence[str]:
    server = str(installed.portkey())
    shim = f"--import={(installed.HERE / 'portkey.mjs').as_uri()}"
    return _node(shim, server, f"--port={place.port}", "--headless")


LITELLM = {
    "LITELLM_MASTER_KEY": "sk-benchmark",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
    "NO_PROXY": "*",
}


def every(python: Path | None = None) -> dict[str, Peer]:
    """
    All of them, by name.

    :param python: an interpreter that has all that they import; by default one is made.
    """
    known = (*_passing_on(), *_small(python), *_gateways(), *_forms_of_ours(python))
    return {one.name: one for one in known}


def _passing_on() -> tuple[Peer, ...]:
    """Those that do not look at what they pass on."""
    return (
        Peer("nginx", _nginx, version=lambda: _version("nginx")),
        Peer("haproxy", _haproxy, version=lambda: f"haproxy/{_version('haproxy')}"),
    )


def _small(python: Path | None) -> tuple[Peer, ...]:
    """Those of this folder."""

    def node(place: Place) -> Sequence[str]:
        script = str(installed.HERE / "node.mjs")
        return _node(script, str(place.port), str(place.upstream))

    def said() -> str:
        return "node/" + installed.said(*_node("--version")).removeprefix("v")

    aiohttp = python_peer("aiohttp", "aiohttp_proxy.py", python)
    naive = python_peer("naive", "naive.py", python)
    return (
        Peer("node", node, version=said),
        replace(aiohttp, version=lambda: _package("aiohttp")),
        replace(naive, version=lambda: _package("klein")),
    )


def _gateways() -> tuple[Peer, ...]:
    """Those that people use."""
    litellm = Peer(
        "litellm",
        _litellm,
        lambda place: LITELLM,
        headers=("Authorization: Bearer sk-benchmark",),
        slowness=3.0,
        version=lambda: _package("litellm", "litellm"),
    )
    headers = (
        "x-portkey-provider: openai",
        "x-portkey-custom-host: http://127.0.0.1:@UPSTREAM@/v1",
        "Authorization: Bearer none",
    )
    named = installed.PORTKEY.removeprefix("@").replace("@", "/")
    return litellm, Peer("portkey", _portkey, headers=headers, version=lambda: named)


def _forms_of_ours(python: Path | None) -> tuple[Peer, ...]:
    """This proxy, and what else it can be."""
    here = installed.CHECKOUT
    return (
        replace(ours(python=python), version=lambda: f"{_package('twisted')}, ours {_commit()}"),
        ours("ours-tls", here, python, tls=True),
        ours("ours-two", here, python, "--workers=2", cores=2),
        ours("ours-one", here, python, cores=2),
    )


def _haproxy(place: Place) -> Sequence[str]:
    return installed.from_apt("haproxy"), "-db", "-f", _written("haproxy.cfg", place)


def _commit() -> str:
    return installed.said("git", "-C", str(installed.CHECKOUT), "describe", "--always", "--dirty")


def _version(program: str) -> str:
    return installed.said(installed.from_apt(program), "-v").split()[2]


def _package(name: str, venv: str = "venv") -> str:
    pip = installed.python(venv).with_name("pip")
    lines = os.popen(f"{pip} show {name}").read().splitlines()
    return "/".join(line.partition(": ")[2] for line in lines[:2])
