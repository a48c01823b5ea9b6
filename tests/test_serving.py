"""Which proxies are believed."""

from bowerbird.serving import proxies


def test_this_machine_is_believed_unless_others_are_named() -> None:
    assert proxies({}) == ["127.0.0.1", "::1", "::ffff:127.0.0.1/128"]


def test_each_ipv4_proxy_also_stands_for_its_mapped_address() -> None:
    named = "10.0.0.7, 10.1.0.0/16,fd00::1,proxy"
    assert proxies({"FORWARDED_ALLOW_IPS": named}) == [
        "10.0.0.7", "10.1.0.0/16", "fd00::1", "proxy", "::ffff:10.0.0.7/128", "::ffff:10.1.0.0/112",
    ]  # fmt: skip


def test_all_may_be_believed() -> None:
    assert proxies({"FORWARDED_ALLOW_IPS": "*"}) == ["*"]
