"""The console's port, as uvicorn serves it."""

import socket
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from bowerbird.console.serve import configured


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_proxy_on_this_machine_is_believed_on_a_port_for_all_addresses() -> None:
    app = FastAPI()

    @app.get("/")
    def who(request: Request) -> list[str]:
        return [request.client.host if request.client else "", request.url.scheme]

    server = uvicorn.Server(configured(app))
    listening = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        named = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
        answer = httpx.get(f"http://127.0.0.1:{listening.getsockname()[1]}/", headers=named, trust_env=False)
        assert answer.json() == ["192.0.2.7", "https"]
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def test_an_idle_connection_outlives_a_proxys_patience() -> None:
    assert configured(FastAPI()).timeout_keep_alive > 60
