"""What an event with `identify: true` says about its user: profile fields among the properties."""

from typing import Any, NamedTuple

from bowerbird.collector.dialects.fields import filled, written_out

_OTHER_IDS = ("org_assigned_user_id", "stripe_customer_id")
"""The stronger one first."""
_NOT_TRAITS = frozenset((*_OTHER_IDS, "email", "phone", "full_name"))


class Profile(NamedTuple):
    email: str | None
    phone: str | None
    other_ids: dict[str, str]
    traits: dict[str, Any]


NOBODY = Profile(None, None, {}, {})


def profile_of(properties: dict[str, Any]) -> Profile:
    """An explicit primary e-mail or phone is the person's, and a trait, whose history tells which ones were primary
    before; the plain one beside it stays an identifier of its own kind."""
    other_ids = {name: value for name in _OTHER_IDS if (value := written_out(properties.get(name)))}
    first = {}
    for kind, read in (("email", filled), ("phone", written_out)):
        plain, primary = read(properties.get(kind)), read(properties.get(f"primary_{kind}"))
        first[kind] = primary or plain
        if primary and plain and primary != plain:
            other_ids[kind] = plain
    traits = _split(properties.get("full_name"))
    traits |= {name: value for name, value in properties.items() if name not in _NOT_TRAITS}
    return Profile(first["email"], first["phone"], other_ids, traits)


def _split(full_name: Any) -> dict[str, Any]:
    """The first word, and the words behind it; what is no text is kept as it came."""
    if type(full_name) is not str:
        return {} if full_name is None else {"full_name": full_name}
    return dict(zip(("first_name", "last_name"), full_name.split(maxsplit=1), strict=False))
