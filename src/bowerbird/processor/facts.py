"""What a batch's changes say of people, for the warehouse."""

import msgspec

from bowerbird.state.base import Changes
from bowerbird.warehouse.facts import Facts, Told

_encode = msgspec.json.Encoder().encode


def facts_of(changes: Changes) -> Facts:
    """Where merges led, and each trait's newest value."""
    traits = [
        Told(each.workspace, each.person_id, each.name, _encode(each.value).decode(), each.occurred_at, each.event_id)
        for each in changes.traits.values()
    ]
    return Facts(changes.rooted, traits)
