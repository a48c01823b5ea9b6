"""Where a redirect may lead, and which requests come from the console's own pages."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from bowerbird.console.signin.origin import is_own, local


@given(st.text(max_size=50) | st.from_regex(r"[/\\]{0,3}[\w.:@/\\?#%\s-]{0,30}"))
def test_a_redirect_stays_on_this_host(target: str) -> None:
    led = local(target)
    assert urlsplit(urljoin("http://console.example/sign-in", led)).netloc == "console.example"
    assert led.startswith("/")
    assert not set(led) & set("\r\n\t\\")


@pytest.mark.parametrize("target", ["/", "/settings?tab=keys", "/people/018f?x=%20y&z=1#part"])
def test_local_paths_are_gone_on_with(target: str) -> None:
    assert local(target) == target


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "http://127.0.0.1:8001"}, True),
        ({"origin": "https://127.0.0.1:8001"}, True),
        ({"origin": "https://bower.example"}, True),
        ({"origin": "http://127.0.0.1:8000"}, False),
        ({"origin": "http://elsewhere.example"}, False),
        ({"origin": "https://bower.example.elsewhere.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
    ],
)
def test_own_origins(headers: dict[str, str], own: bool) -> None:
    assert is_own(Headers({"host": "127.0.0.1:8001", **headers}), "https://bower.example/console") is own


def test_without_a_public_url_no_host_is_nobodys() -> None:
    assert not is_own(Headers({"origin": "http://"}), "")
    assert not is_own(Headers({"origin": "file://"}), "")
