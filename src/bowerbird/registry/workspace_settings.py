"""The settings of a workspace as an operator writes them: KEY=VALUE. One table parses, shows and documents them."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from bowerbird.errors import SettingInvalidError
from bowerbird.registry.base import WorkspaceSettings

LARGEST_LIMIT = 1_000_000_000
LARGEST_METRICS = 100_000
"""The metrics of an exhausted workspace are kept in memory; whoever needs more names wants `off`."""


class Form(NamedTuple):
    """How values of one type are written."""

    allowed: str
    """For people: completes "must be …"."""
    parse: Callable[[str], Any]
    """Raises `ValueError`."""
    write: Callable[[Any], str] = str
    choices: tuple[str, ...] = ()
    """All values that there are, where they are few."""


class Setting(NamedTuple):
    key: str
    attribute: str
    """The field of `WorkspaceSettings`."""
    form: Form
    meaning: str


def _choice(values: Mapping[str, Any]) -> Form:
    def parse(text: str) -> Any:
        if text.lower() not in values:
            raise ValueError(text)
        return values[text.lower()]

    texts = {value: text for text, value in values.items()}
    return Form(" or ".join(values), parse, texts.__getitem__, tuple(values))


def _limit(largest: int) -> Form:
    def parse(text: str) -> int | None:
        if text.lower() == "off":
            return None
        if not re.fullmatch(r"[0-9]{1,10}", text) or not 1 <= int(text) <= largest:
            raise ValueError(text)
        return int(text)

    return Form(f"a number from 1 to {largest}, or off", parse, lambda value: "off" if value is None else str(value))


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ValueError(text)
    return text.upper()


def _timezone(text: str) -> str:
    if text != "UTC" and text not in available_timezones():
        raise ValueError(text)
    return text


_SWITCH = _choice({"on": True, "off": False})

SETTINGS = (
    Setting("event_tracking", "event_tracking", _SWITCH, "whether the workspace's plan includes event tracking"),
    Setting(
        "currency",
        "currency",
        Form("an ISO 4217 code such as EUR", _currency),
        "the currency of amounts sent without one",
    ),
    Setting(
        "timezone",
        "timezone",
        Form("an IANA zone such as Europe/Berlin", _timezone),
        "where the workspace's days begin",
    ),
    Setting("klaviyo.burst", "klaviyo_burst", _limit(LARGEST_LIMIT), "requests a second on Klaviyo's paths"),
    Setting("klaviyo.steady", "klaviyo_steady", _limit(LARGEST_LIMIT), "requests a minute on Klaviyo's paths"),
    Setting("klaviyo.metrics", "klaviyo_metrics", _limit(LARGEST_METRICS), "different event names by Klaviyo's API"),
    Setting(
        "octeth.email",
        "octeth_email",
        _choice({"required": "required", "optional": "optional"}),
        "whether Octeth events must name an e-mail address",
    ),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def parse(pairs: Iterable[str]) -> dict[str, str]:
    """KEY=VALUE texts as key → value in its one canonical spelling; the last wins where a key is repeated.

    Raises `SettingInvalidError`, which says what is allowed.
    """
    return dict(_parse(pair) for pair in pairs)


def build(values: Mapping[str, str]) -> WorkspaceSettings:
    """The settings made of key → value as `parse` gives them. Keys not named have their defaults."""
    known = ((_BY_KEY[key], value) for key, value in values.items() if key in _BY_KEY)
    return WorkspaceSettings(**{setting.attribute: setting.form.parse(value) for setting, value in known})


def describe(settings: WorkspaceSettings) -> dict[str, str]:
    """Every key → its value, as `parse` takes it."""
    return {setting.key: setting.form.write(getattr(settings, setting.attribute)) for setting in SETTINGS}


def _parse(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    key, value = key.strip(), value.strip()
    if not equals:
        raise SettingInvalidError(f"{pair!r} is not KEY=VALUE", "write for example currency=EUR")
    setting = _BY_KEY.get(key)
    if setting is None:
        raise SettingInvalidError(f"there is no setting {key!r}", f"the settings are {', '.join(_BY_KEY)}")
    try:
        return key, setting.form.write(setting.form.parse(value))
    except ValueError:
        raise SettingInvalidError(
            f"{key} cannot be {value!r}", f"{key} ({setting.meaning}) must be {setting.form.allowed}"
        ) from None
