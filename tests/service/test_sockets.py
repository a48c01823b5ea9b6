"""Listening sockets and their names."""

import threading
import time

import pytest

from bowerbird.errors import BowerbirdError
from bowerbird.service import sockets
from bowerbird.service.sockets import listen, url_of


def test_port_0_takes_a_free_one_and_says_which() -> None:
    with listen("127.0.0.1", 0) as one, listen("127.0.0.1", 0) as other:
        assert url_of(one) != url_of(other)
        assert url_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}"


def test_every_address_is_named_by_one_that_can_be_called() -> None:
    with listen("0.0.0.0", 0) as everywhere:
        assert url_of(everywhere).startswith("http://127.0.0.1:")
    with listen("::1", 0) as six:
        assert url_of(six).startswith("http://[::1]:")


def test_a_port_that_stays_taken_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PATIENCE_SECONDS", 0.1)
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(BowerbirdError, match=r"cannot listen on 127\.0\.0\.1:\d+") as failed,
    ):
        listen("127.0.0.1", taken.getsockname()[1])
    assert "--port" in failed.value.hint


def test_a_port_that_gets_free_is_waited_for() -> None:
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    threading.Timer(0.2, taken.close).start()
    with listen("127.0.0.1", port) as again:
        assert again.getsockname()[1] == port


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_an_error_at_once(host: str) -> None:
    started = time.monotonic()
    with pytest.raises(BowerbirdError, match=f"cannot listen on {host}"):
        listen(host, 0)
    assert time.monotonic() - started < sockets.PATIENCE_SECONDS
