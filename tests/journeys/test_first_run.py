"""A new data directory, from the first start to the second end."""

import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx


def test_a_new_directory_gets_a_key_and_a_user_and_says_so_once(server: Any) -> None:
    said = "\n".join(server.lines)
    assert len(re.findall(r"^  API key   bb_\S{20,}$", said, re.MULTILINE)) == 1
    assert len(re.findall(r"^  user      admin$", said, re.MULTILINE)) == 1
    assert len(re.findall(r"^  password  \S{16}$", said, re.MULTILINE)) == 1
    assert said.endswith(f"collector ready {server.url}\nconsole ready {server.console}")
    secrets = re.findall(r"(?:API key|password) +(\S+)", said)

    assert server.stop() == 0
    server.start()

    assert server.lines == [f"collector ready {server.url}", f"console ready {server.console}"]
    assert server.stop() == 0
    assert not any(secret in server.errors for secret in secrets)
    assert left_behind(server.data, secrets) == []


def left_behind(data: Path, secrets: list[str]) -> list[str]:
    """Files that show a secret."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return [path.name for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]


def test_both_ports_say_that_they_live_and_are_ready(shared_server: Any) -> None:
    for port in (shared_server.url, shared_server.console):
        for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
            answer = httpx.get(port + path, trust_env=False)
            assert (answer.status_code, answer.json()["status"]) == (200, status)


def test_sigterm_answers_what_is_under_way_and_processes_it(server: Any, vendors: Any, until: Any) -> None:
    """The end comes while a request is half sent; whatever was accepted is stored when the processes are gone."""
    asked = vendors(server.key)["scribe"]
    body = b'{"event":{"name":"last","event_id":"last"}}'
    head = f"POST {asked.path} HTTP/1.1\r\nHost: b\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    address = httpx.URL(server.url)
    with socket.create_connection((address.host, address.port), timeout=30) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")
        line.sendall(head.encode() + b"\r\n" + body[:10])
        server.process.terminate()
        until(lambda: not accepts(address))
        line.sendall(body[10:])
        assert line.recv(1000).startswith(b"HTTP/1.1 202 ")
    assert server.join() == 0

    assert server.call("trace", "last")["found"][0]["outcome"] == "stored"
    assert server.call("audit")["pending"] == 0


def accepts(address: httpx.URL) -> bool:
    try:
        socket.create_connection((address.host, address.port or 0), timeout=30).close()
    except ConnectionError:
        return False
    return True


def test_a_second_server_on_the_same_directory_says_who_has_it(server: Any) -> None:
    refused = subprocess.run(server.command(), capture_output=True, text=True, timeout=60, check=False)

    assert refused.returncode == 1
    assert f"is being served already, by process {server.process.pid}" in refused.stderr
    assert "hint:" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert httpx.get(server.url + "/healthz", trust_env=False).status_code == 200


def test_a_port_that_is_taken_is_named(shared_server: Any, tmp_path: Path) -> None:
    taken = httpx.URL(shared_server.url).port
    command = shared_server.command(port=taken)
    command[command.index("--data") + 1] = str(tmp_path / "other")
    started = time.monotonic()
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{taken}" in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert time.monotonic() - started < 30
