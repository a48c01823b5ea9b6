"""Segments that users saved, as questions use them."""

from collections.abc import Callable

from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse
from bowerbird.registry.saved import Saved


def segments_of(saved: Saved) -> Callable[[str, str], Condition | None]:
    """Gives the condition of a workspace's segment, None where there is none; as of each call."""

    def find(workspace: str, name: str) -> Condition | None:
        item = saved.get(workspace, "segment", name)
        return None if item is None else parse(Condition, item.document)

    return find
