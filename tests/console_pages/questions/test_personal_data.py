"""Questions do not tell viewers what is marked as personal data, nor do pickers offer what is hidden."""

from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird.console.masks import MASK, Masks
from bowerbird.console.pages.asking.address import encode
from bowerbird.console.personal import check
from bowerbird.errors import PersonalDataError
from bowerbird.insights.kinds import KINDS
from bowerbird.insights.question import parse
from bowerbird.registry.described import Description

SEEN = {"pii": False, "hidden": False}


@pytest.fixture
def marked(shop: Any, serving: Any) -> Iterator[None]:
    """`seats` is personal and hidden, `email` is personal."""
    headers = {"Authorization": f"Bearer {shop.key}"}
    with serving.http() as http:
        for name, marks in (("seats", {"pii": True, "hidden": True}), ("user_id", {"pii": True})):
            put = http.put("/api/v1/catalog", json={"name": "signup", "property": name} | SEEN | marks, headers=headers)
            assert put.status_code == 200, put.text
        yield
        for name in ("seats", "user_id"):
            http.put("/api/v1/catalog", json={"name": "signup", "property": name} | SEEN, headers=headers)


@pytest.mark.usefixtures("marked")
def test_a_viewer_sees_that_it_is_there_and_not_what_it_is(shop: Any, tab: Any, rows_of: Any) -> None:
    page = tab(shop.viewer).open("/segments")
    told = {cell for row in rows_of(page, "People in the segment") for cell in row}
    assert MASK in told
    assert not {"u1", "u2", "u3"} & told
    page.goto(f"{shop.url}/trends?q={encode({'breakdown': ['property:seats']})}")
    page.get_by_role("alert").filter(has_text="is marked as personal data").wait_for()
    page.goto(f"{shop.url}/sql?q={encode({'sql': 'SELECT user_id FROM events'})}")
    page.get_by_role("alert").filter(has_text="SQL is not for viewers of this workspace").first.wait_for()

    page = tab(shop.analyst).open("/segments")
    told = {cell for row in rows_of(page, "People in the segment") for cell in row}
    assert {"u1", "u2", "u3"} <= told


@pytest.mark.usefixtures("marked")
def test_what_is_hidden_is_not_offered(shop: Any, tab: Any) -> None:
    page = tab(shop.analyst).open("/trends")
    page.get_by_role("button", name="Add breakdown").click()
    page.get_by_label("Break down by").click()
    page.get_by_role("option", name="plan · property").wait_for()
    assert page.get_by_role("option", name="seats").count() == 0


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("sql", {"sql": "SELECT 1"}),
        ("funnel", {"steps": [{"event": "a"}, {"event": "b"}], "breakdown": ["email"]}),
        ("paths", {"group_by": "property:plan"}),
        ("trend", {"series": [{"measure": "maximum", "of": "property:plan"}]}),
        ("attribution", {"conversion": {"event": "bought"}, "by": "source"}),
        ("trend", {"breakdown": ["dialect", "property:plan.name"]}),
        ("revenue", {"breakdown": ["email"]}),
        ("trend", {"breakdown": ["trait:email"]}),
    ],
)
def test_what_would_spell_it_out_is_refused(kind: str, document: dict[str, Any]) -> None:
    marks = [Description("w", "signup", name, pii=True) for name in ("plan", "email", "utm_source")]
    with pytest.raises(PersonalDataError):
        check(Masks(marks), parse(KINDS[kind].question, document))
    check(Masks(), parse(KINDS[kind].question, document))


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("trend", {"breakdown": ["segment:plan", "property:colour"]}),
        ("trend", {"breakdown": ["trait:city"]}),
        ("trend", {"series": [{"measure": "persons"}], "where": {"field": "email", "op": "set"}}),
        ("paths", {}),
        ("attribution", {"conversion": {"event": "bought"}, "by": "medium"}),
        ("attribution", {"conversion": {"event": "bought"}, "by": "link"}),
    ],
)
def test_what_does_not_spell_it_out_is_answered(kind: str, document: dict[str, Any]) -> None:
    marks = [Description("w", "signup", name, pii=True) for name in ("plan", "email", "utm_source")]
    check(Masks(marks), parse(KINDS[kind].question, document))
