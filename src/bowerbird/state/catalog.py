"""How the catalog grows, in SQL."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import structs
from sqlalchemy import ColumnElement, Connection, case, func, select

from bowerbird.state import tables as t
from bowerbird.state.base import MOST_NAMES, MOST_PROPERTIES, CatalogCount
from bowerbird.state.statements import MOST_VALUES, inserter

List = tuple[str, str]
"""(workspace, list id)"""


def add(connection: Connection, counts: Sequence[CatalogCount]) -> None:
    """Adds the counts of all that the catalog has room for."""
    rows = [_row(each) for each in _fitting(connection, counts)]
    if not rows:
        return
    statement = inserter(connection, t.catalog)
    new, old = statement.excluded, t.catalog.c
    statement = statement.on_conflict_do_update(
        index_elements=[column.name for column in t.catalog.primary_key],
        set_={
            "count": old["count"] + new["count"],
            "first_seen": case((new.first_seen < old.first_seen, new.first_seen), else_=old.first_seen),
            "last_seen": case((new.last_seen > old.last_seen, new.last_seen), else_=old.last_seen),
        },
    )
    connection.execute(statement, rows)


def _row(counted: CatalogCount) -> dict[str, object]:
    return {**structs.asdict(counted), "property": counted.property or ""}


def _fitting(connection: Connection, counts: Sequence[CatalogCount]) -> Iterator[CatalogCount]:
    """What the catalog has, and what is new as long as there is room: first come, first served."""
    lists: dict[List, dict[str, list[CatalogCount]]] = defaultdict(lambda: defaultdict(list))
    for each in counts:
        lists[each.workspace, each.list_id][each.name].append(each)
    for of_list, names in lists.items():
        sizes = _sizes(connection, of_list, list(names))
        new = [name for name in names if name not in sizes]
        room = _room(connection, of_list) if new else 0
        for beyond in new[max(0, room) :]:
            del names[beyond]
        for name, counted in names.items():
            if sizes.get(name, 0) + len(counted) > MOST_PROPERTIES:
                yield from _properties(counted, _known(connection, of_list, name))
            else:
                yield from counted


def _properties(counted: Sequence[CatalogCount], known: set[tuple[str, str]]) -> list[CatalogCount]:
    """Of one name: itself, the properties that the catalog has of it, and further ones."""
    there = [each for each in counted if each.property is None or (each.property, each.type) in known]
    new = [each for each in counted if each.property is not None and (each.property, each.type) not in known]
    return there + new[: max(0, MOST_PROPERTIES - len(known))]


def _sizes(connection: Connection, of_list: List, names: Sequence[str]) -> dict[str, int]:
    """Properties and types that the catalog has of each name; of a name that it does not have, nothing."""
    c = t.catalog.c
    sizes: dict[str, int] = {}
    for at in range(0, len(names), MOST_VALUES):
        named = (*_of(of_list), c.name.in_(names[at : at + MOST_VALUES]))
        rows = connection.execute(select(c.name, func.count()).where(*named).group_by(c.name))
        sizes.update((name, size) for name, size in rows)
    return sizes


def _room(connection: Connection, of_list: List) -> int:
    """Names that the list still has room for. Goes from one to the next: each may have thousands of rows."""
    c = t.catalog.c
    names = select(func.min(c.name).label("name")).where(*_of(of_list)).cte("names", recursive=True)
    following = select(func.min(c.name)).where(*_of(of_list), c.name > names.c.name).scalar_subquery()
    names = names.union_all(select(following).where(names.c.name.is_not(None)))
    return MOST_NAMES - int(connection.execute(select(func.count(names.c.name))).scalar_one())


def _known(connection: Connection, of_list: List, name: str) -> set[tuple[str, str]]:
    """(property, type) of what the catalog has of the name."""
    c = t.catalog.c
    rows = connection.execute(select(c.property, c.type).where(*_of(of_list), c.name == name, c.type != ""))
    return {(row.property, row.type) for row in rows}


def _of(of_list: List) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    workspace, list_id = of_list
    return t.catalog.c.workspace == workspace, t.catalog.c.list_id == list_id
