"""The events of a question as a table: rows of `hot` and `cold` in a period, one column a field, each with the person
of this moment."""

from collections.abc import Sequence

import msgspec

from bowerbird.insights import people
from bowerbird.insights.draft import Draft
from bowerbird.insights.fields import COLUMNS, Field
from bowerbird.insights.ranges import Period
from bowerbird.insights.values import extracted, number

_VALUE = Field("column", ("value",))


class Events:
    """What the table has is asked for first, the table is made last:

        events = Events(draft, period)
        plan = events.text(field("property:plan"))
        table = events.table(f"{plan} = {draft.bind('pro')}")

    Each of these methods gives an expression for the table's own `where` and for whoever selects from the table.
    """

    def __init__(self, draft: Draft, period: Period | None = None, noted: Sequence[str] = ()) -> None:
        """`period`: bounds on `occurred_at`; None: none. `noted`: what `property_names` of cold rows may be
        (`Asking.noted`), which helps those that ask for several properties that few events have."""
        self.draft = draft
        self.period = period
        self._noted = noted
        self._only = ""
        self._plain: dict[str, None] = {}
        self._resolved = False
        self._properties: dict[Field, str] = {}
        self._hot: list[str] = []
        self._cold: list[str] = []
        self._missing: list[str] = []
        self._names: dict[str, None] = {}
        """Of properties, at the top level."""
        self._traits: dict[Field, str] = {}

    def plain(self, column: str) -> str:
        """A column of the warehouse's tables as it is: `occurred_at`, `value`, …"""
        self._plain[column] = None
        return column

    def person(self) -> str:
        """The person of this moment, a number; NULL for nobody."""
        self._resolved = True
        return self.plain("person")

    def text(self, field: Field) -> str:
        """The field as text; NULL where it is missing or null."""
        if field == _VALUE:
            return f"({self.plain('value')}::DOUBLE::VARCHAR)"
        if field.source == "column":
            return self.plain(COLUMNS[field.path[0]])
        if field.source == "trait":
            self.person()
            if field not in self._traits:
                self._traits[field] = people.trait(self.draft, field.path)
            return f"{self._traits[field]}_value"
        if field not in self._properties:
            self._properties[field] = self._property(field.path)
        return self._properties[field]

    def number(self, field: Field) -> str:
        """The field as DOUBLE; NULL where it is missing or does not read as a finite number."""
        return f"({self.plain('value')}::DOUBLE)" if field == _VALUE else number(self.text(field))

    def only(self, clause: str) -> None:
        """A condition on plain columns, to be asked before a property is read."""
        self._only += f" AND ({clause})"

    def table(self, where: str = "true", name: str = "events") -> str:
        """Adds the table to the draft and returns its name."""
        bounds = self._bounds() + self._only
        parts = [("hot", self._hot, bounds)]
        if self._names and self._noted:
            parts += self._shapes(bounds)
        elif self._names:
            noted = " OR ".join(f"contains(property_names, {self.draft.bind(f'/{name}/')})" for name in self._names)
            # DuckDB reads all properties where none is the one, which takes fifty times as long as passing over rows.
            # OFFSET: it would ask conditions on the property first, and of all rows
            parts += [
                ("cold", self._cold, f"{bounds} AND ({noted}) OFFSET 0"),
                ("cold", self._cold, f"{bounds} AND property_names IS NULL"),
                ("cold", self._missing, f"{bounds} AND NOT ({noted})"),
            ]
        else:
            parts.append(("cold", self._cold, bounds))
        selects = (
            f"(SELECT {', '.join([*self._plain, *extra]) or '1'} FROM {table} WHERE {which})"
            for table, extra, which in parts
        )
        rows = f"({' UNION ALL '.join(selects)}) AS s"
        return self.draft.table(f"SELECT * FROM ({self._with_people(rows)}) WHERE {where}", name)

    def _shapes(self, bounds: str) -> list[tuple[str, list[str], str]]:
        """Parts of the cold rows, each of those that note the same ones of the properties, and reads these alone."""
        shapes: dict[frozenset[str], list[str]] = {}
        for noted in self._noted:
            there = frozenset(name for name in self._names if f"/{name}/" in noted)
            shapes.setdefault(there, []).append(noted)
        parts = [
            ("cold", self._cold, f"{bounds} AND property_names IS NULL"),
            ("cold", self._cold, f"{bounds} AND NOT {self._among(self._noted)} OFFSET 0"),
        ]
        for there, texts in shapes.items():
            columns = [
                cold if field.path[0] in there else missing
                for field, cold, missing in zip(self._properties, self._cold, self._missing, strict=True)
            ]
            parts.append(("cold", columns, f"{bounds} AND {self._among(texts)}{' OFFSET 0' if there else ''}"))
        return parts

    def _among(self, texts: Sequence[str]) -> str:
        """In a form that is asked while rows are read, unlike `= ANY`."""
        return f"list_contains({self.draft.bind(list(texts))}::VARCHAR[], property_names)"

    def _property(self, path: tuple[str, ...]) -> str:
        name = f"property{len(self._properties)}"
        # Of the outermost object alone: further in, a pointer takes a number for a place in a list, unlike VARIANT
        pointer = "/" + path[0].replace("~", "~0").replace("/", "~1")
        piece = f"json_extract(properties, {self.draft.bind(pointer)})::VARIANT"
        text = extracted(piece, [self.draft.bind(each) for each in path[1:]])
        written = self.draft.bind(msgspec.json.encode(path[0]).decode())
        # To look for the name in the text takes a tenth of the time that making a VARIANT takes
        self._hot.append(f"CASE WHEN contains(properties, {written}) THEN {text} END AS {name}")
        self._cold.append(f"{extracted('properties', [self.draft.bind(each) for each in path])} AS {name}")
        self._missing.append(f"NULL::VARCHAR AS {name}")
        self._names[path[0]] = None
        return name

    def _bounds(self) -> str:
        draft, period = self.draft, self.period
        bounds = f"workspace = {draft.workspace}"
        if period is None:
            return bounds
        since, until = draft.instant(period.since), draft.instant(period.until)
        return f"{bounds} AND occurred_at >= {since} AND occurred_at < {until}"

    def _with_people(self, rows: str) -> str:
        if not self._resolved:
            return f"SELECT * FROM {rows}"
        person = "coalesce(roots.root, s.person)"
        columns = "".join(f", {each}.value AS {each}_value" for each in self._traits.values())
        joins = "".join(f" LEFT JOIN {each} ON {each}.person = {person}" for each in self._traits.values())
        roots = people.roots(self.draft)
        return f"""
            SELECT s.* REPLACE ({person} AS person){columns}
            FROM {rows} LEFT JOIN {roots} AS roots ON roots.person = s.person{joins}"""
