"""What a question asks, in a few words."""

from typing import Any

import pytest

from bowerbird.console.pages.asking.about import asked_of, title_of
from bowerbird.insights.kinds import KINDS

SIGNUP = {"event": "signup"}
PLAN = {"field": "property:plan", "value": "pro"}


@pytest.mark.parametrize(
    ("kind", "document", "title"),
    [
        ("trend", {}, "Trend: any event"),
        ("trend", {"series": [SIGNUP, {"event": "buy"}], "breakdown": ["property:plan"]}, "Trend: signup, buy by plan"),
        ("funnel", {"steps": [SIGNUP, {"label": "Paid", "event": "buy"}]}, "Funnel: signup → Paid"),
        ("retention", {"start": SIGNUP}, "Retention: signup → any event"),
        ("paths", {"event": "signup"}, "Paths: signup"),
        ("attribution", {"conversion": {"event": "buy"}}, "Attribution: buy"),
        ("revenue", {"breakdown": ["dialect", "trait:city"]}, "Revenue by Dialect and city"),
        ("segment", {"condition": PLAN}, "Segment"),
        ("sql", {"sql": "SELECT 1"}, "SQL"),
    ],
)
def test_a_title_is_made_of_the_question(kind: str, document: dict[str, Any], title: str) -> None:
    assert title_of(kind, document) == title


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_title(kind: str) -> None:
    assert title_of(kind, {})


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [
        ("trend", {}, "Last 30 days"),
        ("trend", {"range": {"last": 14}, "where": PLAN}, "Last 14 days · 1 filter"),
        ("trend", {"range": {"last": 24, "unit": "hour"}}, "Last 24 hours"),
        ("funnel", {"range": {"since": "2025-03-01", "until": "2025-04-01"}}, "2025-03-01 to 2025-03-31"),
        ("funnel", {"range": {"since": "2025-03-01"}}, "Since 2025-03-01"),
        (
            "funnel",
            {"steps": [{"event": "signup", "where": {"all": [PLAN, {"not": {"did": {"event": "x", "where": PLAN}}}]}}]},
            "Last 30 days · 2 filters",
        ),
        ("segment", {"condition": PLAN}, "1 filter"),
        ("sql", {"sql": "SELECT 1"}, ""),
    ],
)
def test_range_and_filters_are_said(kind: str, document: dict[str, Any], said: str) -> None:
    assert asked_of(kind, document) == said
