"""Whoever answers at a port of this machine is asked without a reactor."""

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Thread
from typing import Any

import pytest

from pollinations.neighbour import address_of, fetch, health


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:10001/v1", ("127.0.0.1", 10001, False)),
        ("https://[::1]:1/v1", ("::1", 1, True)),
    ],
)
def test_an_address_is_read_from_a_url(url: str, address: tuple[str, int, bool]) -> None:
    assert address_of(url) == address


@pytest.mark.parametrize("url", [None, 7, "", "http://127.0.0.1/v1", "file:///x", "http://[::1/v1"])
def test_what_says_no_address_is_nobody(url: Any) -> None:
    """It stands in a file that anybody may have written."""
    with pytest.raises(ValueError, match="it says no address"):
        fetch(url, "/health", 1)
    assert health(url) is None


@pytest.fixture
def url(reply: bytes) -> Iterator[str]:
    """Somebody who holds a port and says *reply* to whatever it is asked."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            client, _ = server.accept()
            with closing(client):
                client.recv(4096)
                client.sendall(reply)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("reply", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 2000 What\r\n\r\n"])
def test_what_speaks_no_http_has_not_answered(url: str) -> None:
    """With one kind of error, whatever it said."""
    with pytest.raises(OSError, match=r"."):
        fetch(url, "/health", 5)


@pytest.mark.parametrize("reply", [b"HTTP/1.1 404 Not Found\r\n\r\n<html>"])
def test_what_is_no_json_is_nothing(url: str) -> None:
    """But its status is known."""
    assert fetch(url, "/health", 5) == (404, None)


@pytest.mark.parametrize("reply", [b'HTTP/1.1 200 OK\r\n\r\n{"status": "ok"}'])
def test_another_server_is_no_proxy(url: str) -> None:
    """Others say that they are well, too."""
    assert health(url) is None
