"""People as tables: whom a row belongs to after merges, and what is said of them."""

from bowerbird.errors import QuestionInvalidError
from bowerbird.insights.draft import Draft
from bowerbird.insights.fields import Field
from bowerbird.insights.values import extracted, number

_ROOTS = "SELECT person, root FROM aliases"
_EVERYBODY = """
    SELECT DISTINCT coalesce(roots.root, p.person) AS person
    FROM (
        SELECT person FROM hot WHERE workspace = {workspace}
        UNION ALL SELECT person FROM cold_people WHERE workspace = {workspace}
        UNION ALL SELECT person FROM traits WHERE workspace = {workspace}) AS p
    LEFT JOIN {roots} AS roots ON roots.person = p.person
    WHERE p.person IS NOT NULL"""
_NODES = """
    SELECT person FROM {people}
    UNION ALL SELECT person FROM {roots} WHERE root IN (SELECT person FROM {people})"""
_BY_NODE = """
    SELECT person AS person_node, * FROM {people}
    UNION ALL SELECT roots.person AS person_node, p.*
    FROM {roots} AS roots JOIN {people} AS p ON p.person = roots.root"""
_TRAIT = """
    SELECT person, {text} AS value FROM (
        SELECT coalesce(roots.root, t.person) AS person, arg_max(t.value, (t.occurred_at, t.event_id)) AS newest
        FROM traits AS t LEFT JOIN {roots} AS roots ON roots.person = t.person
        WHERE t.workspace = {workspace} AND t.name = {name}
        GROUP BY ALL)"""


def roots(draft: Draft) -> str:
    """A table `person`, `root` of all people that were merged into another."""
    return draft.table(_ROOTS, "roots_now", once=True)


def nodes(draft: Draft, people: str) -> str:
    """A table `person` of the people of a table and of all who were merged into them."""
    return draft.table(_NODES.format(people=people, roots=roots(draft)), "nodes", kept=True)


def by_node(draft: Draft, people: str) -> str:
    """A table of people, with a person's row for each of their nodes, `person_node`. Joined by it, events need not be
    resolved, of which there are many more than people."""
    return draft.table(_BY_NODE.format(people=people, roots=roots(draft)), "by_node")


def trait(draft: Draft, path: tuple[str, ...]) -> str:
    """A table `person`, `value` of the newest value of a trait, as text."""
    name, *inner = path
    text = extracted("newest::JSON::VARIANT", [draft.bind(each) for each in inner])
    sql = _TRAIT.format(text=text, roots=roots(draft), workspace=draft.workspace, name=draft.bind(name))
    return draft.table(sql, "trait")


class Everybody:
    """All people of the workspace as a table, one column a trait, to be asked for as of `Events`."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._traits: dict[Field, str] = {}

    def person(self) -> str:
        return "person"

    def text(self, field: Field) -> str:
        """Raises `QuestionInvalidError` for what only events have."""
        if field.source != "trait":
            raise QuestionInvalidError(
                f"a person has no {'.'.join(field.path)}", "Of a person ask for `trait:…`, or for what they `did`."
            )
        if field not in self._traits:
            self._traits[field] = trait(self.draft, field.path)
        return f"{self._traits[field]}_value"

    def number(self, field: Field) -> str:
        return number(self.text(field))

    def table(self, where: str = "true", name: str = "people", among: str | None = None) -> str:
        """`among`: SQL for a column `person` of people of this moment, each once; None: everybody."""
        draft = self.draft
        among = among or _EVERYBODY.format(workspace=draft.workspace, roots=roots(draft))
        base = draft.table(among, "everybody")
        columns = "".join(f", {each}.value AS {each}_value" for each in self._traits.values())
        joins = "".join(f" LEFT JOIN {each} ON {each}.person = e.person" for each in self._traits.values())
        return draft.table(f"SELECT * FROM (SELECT e.person{columns} FROM {base} AS e{joins}) WHERE {where}", name)
