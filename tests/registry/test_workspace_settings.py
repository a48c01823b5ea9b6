"""KEY=VALUE, there and back."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.errors import SettingInvalidError
from bowerbird.registry.base import WorkspaceSettings
from bowerbird.registry.workspace_settings import LARGEST_LIMIT, LARGEST_METRICS, SETTINGS, build, describe, parse

limits = st.none() | st.integers(1, LARGEST_LIMIT)
settings = st.builds(
    WorkspaceSettings,
    event_tracking=st.booleans(),
    currency=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    timezone=st.sampled_from(sorted(available_timezones() | {"UTC"})),
    klaviyo_burst=limits,
    klaviyo_steady=limits,
    klaviyo_metrics=st.none() | st.integers(1, LARGEST_METRICS),
    octeth_email=st.sampled_from(["required", "optional"]),
)


@given(settings)
def test_what_is_described_parses_to_the_same(given_settings: WorkspaceSettings) -> None:
    described = describe(given_settings)
    assert build(parse(f"{key}={value}" for key, value in described.items())) == given_settings


@given(st.sampled_from([setting.key for setting in SETTINGS]), st.text(max_size=30))
def test_any_text_is_refused_or_has_one_spelling(key: str, text: str) -> None:
    try:
        parsed = parse([f"{key}={text}"])
    except SettingInvalidError:
        return
    assert parse(f"{key}={value}" for key, value in parsed.items()) == parsed
    assert describe(build(parsed))[key] == parsed[key]


@given(st.text(max_size=30))
def test_any_other_pair_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalidError):
        parse([text])


def test_every_field_has_its_setting_and_its_default() -> None:
    assert [setting.attribute for setting in SETTINGS] == list(WorkspaceSettings.__struct_fields__)
    assert build({}) == WorkspaceSettings()
    assert build(parse(f"{k}={v}" for k, v in describe(WorkspaceSettings()).items())) == WorkspaceSettings()


@pytest.mark.parametrize(
    ("pair", "stored"),
    [
        ("currency=eur", {"currency": "EUR"}),
        ("event_tracking=OFF", {"event_tracking": "off"}),
        (" klaviyo.burst = 0350 ", {"klaviyo.burst": "350"}),
        ("klaviyo.metrics=Off", {"klaviyo.metrics": "off"}),
    ],
)
def test_values_are_kept_in_their_canonical_spelling(pair: str, stored: dict[str, str]) -> None:
    assert parse([pair]) == stored


@pytest.mark.parametrize(
    "pair",
    [
        "event_tracking=yes",
        "currency=EURO",
        "currency=€€€",
        "timezone=Mars/Base",
        "timezone=../etc/passwd",
        "klaviyo.burst=0",
        "klaviyo.burst=-1",
        "klaviyo.burst=1.5",
        "klaviyo.steady=٣",
        "klaviyo.metrics=100001",
        "octeth.email=",
        "octeth.email",
    ],
)
def test_nonsense_is_refused_with_what_is_allowed(pair: str) -> None:
    with pytest.raises(SettingInvalidError) as caught:
        parse([pair])
    assert caught.value.hint


def test_the_last_of_two_wins() -> None:
    assert parse(["currency=EUR", "currency=CHF"]) == {"currency": "CHF"}


def test_a_key_that_only_a_later_version_knows_is_passed_over() -> None:
    assert build({"moon.phase": "full"}) == WorkspaceSettings()
