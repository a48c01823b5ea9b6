"""A condition that is opened in the builder and closed again means the same."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bowerbird.console.pages.asking.tree import Comparison, Group, Membership, read, write
from bowerbird.insights.conditions import Condition
from bowerbird.insights.question import parse

Document = dict[str, Any]

FACTS = ("a", "b", "c")
LEAVES = st.sampled_from(FACTS).flatmap(
    lambda fact: st.sampled_from(
        [
            {"segment": fact},
            {"field": f"trait:{fact}", "op": "in", "value": [fact]},
            {"field": f"trait:{fact}", "op": "set"},
            {"did": {"event": fact, "at_least": 2, "where": {"field": "value", "op": "greater", "value": 1}}},
            {"did": {"event": fact, "at_most": 3, "range": {"last": 7}}},
        ]
    )
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts})
        | inner.map(lambda part: {"not": part})
    ),
    max_leaves=8,
)


def holds(condition: Document, facts: set[str]) -> bool:
    """Where a leaf holds when its whole text is among the facts."""
    if "all" in condition:
        return all(holds(each, facts) for each in condition["all"])
    if "any" in condition:
        return any(holds(each, facts) for each in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], facts)
    return json.dumps(condition, sort_keys=True) in facts


def leaves(condition: Document) -> set[str]:
    below = [*condition.get("all", ()), *condition.get("any", ()), *([condition["not"]] if "not" in condition else ())]
    if below:
        return set().union(*map(leaves, below))
    return {json.dumps(condition, sort_keys=True)}


@given(CONDITIONS, st.data())
def test_read_and_written_a_condition_means_the_same(condition: Document, data: st.DataObject) -> None:
    written = write(read(condition))
    assert written is not None
    parse(Condition, written)
    known = sorted(leaves(condition))
    assert leaves(written) == set(known)
    facts = data.draw(st.sets(st.sampled_from(known)))
    assert holds(written, facts) == holds(condition, facts)


def test_what_is_not_complete_is_left_out() -> None:
    parts = [Comparison(), Comparison("value", "greater", "x"), Comparison("name", "in", []), Membership()]
    assert write(Group("any", list(parts))) is None
    assert write(Group("none", [*parts, Comparison("name", "equals", "a")])) == {
        "not": {"field": "name", "op": "equals", "value": "a"}
    }
    assert read(None) == Group()
