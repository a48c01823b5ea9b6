"""Pages hang together, and need nobody else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_HOST = re.compile(r"\b(?:https?|wss?)://([^/\s\"'`<>:;]+)")
_OWN = re.compile(r"127\.0\.0\.1|localhost|collectors|\$\w+|(.+\.)?example(\.com)?|…")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """As forges make them of headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_leads_to_another_host(page: Path) -> None:
    strangers = [host for host in _HOST.findall(page.read_text()) if not _OWN.fullmatch(host)]
    assert not strangers


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(page.read_text()))
        waiting += [(page.parent / link).resolve() for link in links if link]
    assert set(PAGES) <= reached


def test_decisions_have_one_form_and_no_gaps() -> None:
    decisions = sorted(ROOT.glob("docs/decisions/*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]} · "), path.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/dialects/*.md")), ids=name_of)
def test_dialects_have_one_form(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
    assert headings == ["What is spoken", "What is refused", "Decided here"]
