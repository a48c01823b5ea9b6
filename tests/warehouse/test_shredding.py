"""Only row groups with few paths are taken apart."""

import pytest

from bowerbird.warehouse.base import EventQuery
from bowerbird.warehouse.shredding import DEPTH, PATHS


def nested(levels):
    return {"a": nested(levels - 1)} if levels else 1


def taken_apart(warehouse):
    """Numbers of their own column show in the storage."""
    types = "SELECT segment_type FROM pragma_storage_info('cold') WHERE column_name = 'properties'"
    return ("UBIGINT",) in warehouse.query(types)


AWKWARD = {
    "a key that is an id": [{f"k{row}_{key}": key for key in range(PATHS // 8 + 1)} for row in range(8)],
    "many keys in one row": [{f"k{key}": key for key in range(PATHS + 1)}] + [{}] * 7,
    "many keys in an array": [{"items": [{f"k{key}": key} for key in range(PATHS + 1)]}] + [{}] * 7,
    "many keys beside a number in an array": [{"items": [1, {f"k{key}": key for key in range(PATHS + 1)}]}] + [{}] * 7,
    "many keys where others have a number": [{"items": [1, {"a": {f"k{key}": key for key in range(PATHS)}}]}] * 8,
    "deeper than DuckDB can look": [nested(500)] + [{}] * 7,
    "deep nesting": [nested(DEPTH + 1)] + [{}] * 7,
}
UNIFORM = {
    "one shape": [{"plan": "pro", "n": row} for row in range(8)],
    "as many keys as may be": [{f"k{row}_{key}": key for key in range(PATHS // 8)} for row in range(8)],
    "long arrays": [{"items": [{"sku": f"s{item}", "qty": item} for item in range(300)]} for _ in range(8)],
    "empty objects": [{"n": 1, "JSON": "JSON", "none": {}, "nothing": []}] + [{}] * 7,
    "as deep as may be": [nested(DEPTH)] * 8,
}


@pytest.mark.parametrize("documents", AWKWARD.values(), ids=AWKWARD)
def test_awkward_groups_stay_in_one_piece(duck, make_row, documents):
    rows = [make_row(properties=each) for each in documents]
    duck.write([duck.pack(rows)], {1: 8})
    assert duck.move() == 8
    assert not taken_apart(duck)
    read = duck.events(EventQuery("default"))
    assert [each.properties for each in reversed(read)] == documents


@pytest.mark.parametrize("documents", UNIFORM.values(), ids=UNIFORM)
def test_uniform_groups_are_taken_apart(duck, make_row, documents):
    rows = [make_row(properties=each) for each in documents]
    duck.write([duck.pack(rows)], {1: 8})
    assert duck.move() == 8
    assert taken_apart(duck)
    read = duck.events(EventQuery("default"))
    assert [each.properties for each in reversed(read)] == documents


def test_context_counts_too(duck, make_row):
    rows = [make_row(properties={"n": 1}, context={f"k{n}_{key}": key for key in range(PATHS)}) for n in range(8)]
    duck.write([duck.pack(rows)], {1: 8})
    assert duck.move() == 8
    assert not taken_apart(duck)


@pytest.mark.parametrize("few", [True, False])
def test_a_property_is_found_after_a_move(duck, make_row, few):
    names = ["plan", "Plan", "", "a/b", "/", 'a"b', "a\\b", "a\tb", "é", "a.b"]
    more = {} if few else {f"k{key}": key for key in range(PATHS)}
    duck.write([duck.pack([make_row(properties={each: "pro", **more}) for each in names])], {1: len(names)})
    duck.write([duck.pack([make_row(properties={}) for _ in range(16 - len(names))])], {1: 16})
    while duck.move():
        pass
    noted = duck.query("SELECT count(property_names) FROM cold")[0][0]
    assert noted == (16 if few else 0)
    for each in names:
        found = duck.events(EventQuery("default", property=(each, "pro")))
        assert [set(one.properties) - set(more) for one in found] == [{each}]
