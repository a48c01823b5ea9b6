"""What every warehouse does."""

import json
from decimal import Decimal

import pytest

from bowerbird.errors import WarehouseRejectedError
from bowerbird.event import Event, Position, event_ids
from bowerbird.person_ids import person_id_of
from bowerbird.warehouse.base import EventQuery, Row
from bowerbird.warehouse.duck import DuckWarehouse
from bowerbird.warehouse.memory import MemoryWarehouse

START = 1_750_000_000_000_000
NEW_ID = event_ids()
PERSON = person_id_of(Position(1, 1, 0))
OTHER = person_id_of(Position(3, 70_000, 499))


def row(offset, index=0, *, partition=1, outcome="stored", person=PERSON, duplicate_of=None, **fields):
    at = START + offset * 1_000_000 + index
    base = {
        "workspace": "default",
        "event_id": NEW_ID(at),
        "dialect": "scribe",
        "kind": "track",
        "name": "Order Placed",
        "occurred_at": at,
        "received_at": at,
        "key_id": "key_1",
    }
    return Row(Position(partition, offset, index), Event(**(base | fields)), outcome, person, duplicate_of)


def ids(events):
    return [each.event_id for each in events]


def given(rows):
    return [each.event.event_id for each in rows]


@pytest.fixture(params=["memory", "duck", "duck cold"])
def warehouse(request, tmp_path):
    """The cold one moves whatever is written, at once."""
    if request.param == "memory":
        yield MemoryWarehouse()
        return
    cold = request.param == "duck cold"
    duck = DuckWarehouse(tmp_path / "warehouse.duckdb", "512MB", 1, row_group=1 if cold else 1000)
    if cold:
        write = duck.write

        def write_and_move(rows, applied):
            write(rows, applied)
            while duck.move():
                pass

        duck.write = write_and_move
    yield duck
    duck.close()


FULL = {
    "user_id": "u1",
    "email": "a@example.com",
    "phone": "+49123",
    "anonymous_id": "anon",
    "account_id": "acme",
    "list_id": "94",
    "value": Decimal("19.990"),
    "currency": "EUR",
    "order_id": "o-1",
    "click_id": "c-1",
    "source_id": "s-1",
    "properties": {"plan": "pro", "items": [{"sku": "a", "qty": 2}], "none": None, "id": 2**63 - 1},
    "traits": {"name": "Ann"},
    "context": {"ip": "127.0.0.1"},
}


def test_events_are_found_by_the_value_of_a_property(warehouse):
    values = ["pro", "19.99", 19.99, 3, True, None, "", {"plan": "pro"}]
    rows = [row(at + 1, properties={"a.b'\"": value, "other": "pro"}) for at, value in enumerate(values)]
    warehouse.write(
        [warehouse.pack([*rows, row(50), row(51, workspace="acme", properties={"a.b'\"": "pro"})])], {1: 51}
    )

    def having(value):
        return ids(warehouse.events(EventQuery("default", property=("a.b'\"", value))))

    wrote = given(rows)
    assert having("pro") == [wrote[0]]
    assert having("19.99") == [wrote[2], wrote[1]]
    assert (having("3"), having("true"), having("")) == ([wrote[3]], [wrote[4]], [wrote[6]])
    assert having("null") == having("absent") == []


def test_an_event_reads_back_as_it_was_written(warehouse):
    wrote = row(3, 2, partition=7, **FULL)
    warehouse.write([warehouse.pack([wrote])], {7: 3})
    (read,) = warehouse.events(EventQuery("default"))
    assert read.position == Position(7, 3, 2)
    assert (read.outcome, read.person_id, read.duplicate_of) == ("stored", PERSON, None)
    assert read.value == "19.99"
    for field in ("event_id", "workspace", "dialect", "kind", "name", "occurred_at", "received_at", "key_id"):
        assert getattr(read, field) == getattr(wrote.event, field)
    for field, value in FULL.items():
        if field != "value":
            assert getattr(read, field) == value


def test_an_empty_warehouse_answers(warehouse):
    assert warehouse.applied() == {}
    assert warehouse.counts({1: 10}) == {}
    assert warehouse.events(EventQuery("default")) == []
    assert warehouse.find(None, "nothing") == []
    assert list(warehouse.of_people("default", [PERSON])) == []
    assert warehouse.move() == 0


def test_a_repeated_delivery_changes_nothing(warehouse):
    rows = [row(1), row(2), row(3)]
    warehouse.write([warehouse.pack(rows[:2])], {1: 2})
    warehouse.write([warehouse.pack(rows)], {1: 3})
    warehouse.write([warehouse.pack(rows[:1])], {1: 1})
    assert warehouse.applied() == {1: 3}
    assert sorted(ids(warehouse.events(EventQuery("default")))) == sorted(given(rows))


def test_partitions_advance_on_their_own(warehouse):
    warehouse.write([warehouse.pack([row(5, partition=1)])], {1: 5})
    warehouse.write([warehouse.pack([row(2, partition=2)])], {2: 2})
    assert warehouse.applied() == {1: 5, 2: 2}
    assert warehouse.counts({1: 5, 2: 2}) == {("default", "scribe", "stored"): 2}


def test_positions_advance_without_rows(warehouse):
    warehouse.write([warehouse.pack([])], {4: 9})
    assert warehouse.applied() == {4: 9}


@pytest.mark.parametrize("value", ["1e29", "-1e29", "NaN", "Infinity", "1e-500"])
def test_a_value_that_does_not_fit_rejects_the_whole_batch(warehouse, value):
    good, bad = row(1), row(2, value=Decimal(value))
    with pytest.raises(WarehouseRejectedError) as raised:
        warehouse.write([warehouse.pack([good, bad])], {1: 2})
    assert list(raised.value.reasons) == [bad.event.event_id]
    assert warehouse.applied() == {}
    assert warehouse.events(EventQuery("default")) == []
    warehouse.write([warehouse.pack([good])], {1: 2})
    assert ids(warehouse.events(EventQuery("default"))) == [good.event.event_id]
    with pytest.raises(WarehouseRejectedError):
        warehouse.write([warehouse.pack([good, bad])], {1: 2})


@pytest.mark.parametrize("value", ["0.1234567891", "99999999999999999999999999999.5", "-0.30000000000000004", "1e-300"])
def test_no_digit_of_a_value_is_lost(warehouse, value):
    warehouse.write([warehouse.pack([row(1, value=Decimal(value))])], {1: 1})
    (read,) = warehouse.events(EventQuery("default"))
    assert Decimal(read.value) == Decimal(value)


@pytest.mark.parametrize(("value", "text"), [("100", "100"), ("1E+3", "1000"), ("-0.00", "0"), ("5.50", "5.5")])
def test_a_value_reads_as_plain_digits(warehouse, value, text):
    warehouse.write([warehouse.pack([row(1, value=Decimal(value))])], {1: 1})
    assert warehouse.events(EventQuery("default"))[0].value == text


def test_counts_leave_out_what_is_behind_the_positions(warehouse):
    rows = [row(1), row(1, 1, outcome="duplicate"), row(2, dialect="klaviyo"), row(3, outcome="quarantined")]
    warehouse.write([warehouse.pack([*rows, row(1, partition=2, outcome="identify_only")])], {1: 3, 2: 1})
    scribe = ("default", "scribe")
    assert warehouse.counts({1: 1}) == {(*scribe, "stored"): 1, (*scribe, "duplicate"): 1}
    assert warehouse.counts({1: 3, 2: 1, 3: 5}) == {
        (*scribe, "stored"): 1,
        (*scribe, "duplicate"): 1,
        ("default", "klaviyo", "stored"): 1,
        (*scribe, "quarantined"): 1,
        (*scribe, "identify_only"): 1,
    }


def test_events_are_those_stored_newest_first(warehouse):
    rows = [row(1), row(2, outcome="duplicate"), row(3, outcome="identify_only"), row(4), row(5, workspace="else")]
    warehouse.write([warehouse.pack(rows)], {1: 5})
    assert ids(warehouse.events(EventQuery("default"))) == [rows[3].event.event_id, rows[0].event.event_id]


@pytest.mark.parametrize(
    ("query", "fitting"),
    [
        ({"name": "Signed Up"}, [1]),
        ({"people": (OTHER,)}, [2]),
        ({"people": (OTHER, PERSON)}, [4, 3, 2, 1, 0]),
        ({"people": ()}, []),
        ({"people": ("nobody",)}, []),
        ({"list_id": "94"}, [3]),
        ({"dialect": "klaviyo"}, [4]),
        ({"since": START + 3_000_000}, [4, 3, 2]),
        ({"until": START + 3_000_000}, [1, 0]),
        ({"since": START + 2_000_000, "until": START + 4_000_000, "name": "Order Placed"}, [2]),
        ({"since": -(2**63), "until": 2**63 - 1, "limit": 2}, [4, 3]),
        ({"name": "x' OR 1=1 --"}, []),
    ],
)
def test_a_query_narrows(warehouse, query, fitting):
    rows = [
        row(1),
        row(2, name="Signed Up"),
        row(3, person=OTHER),
        row(4, list_id="94"),
        row(5, dialect="klaviyo"),
    ]
    warehouse.write([warehouse.pack(rows)], {1: 5})
    read = warehouse.events(EventQuery("default", **query))
    assert ids(read) == [rows[index].event.event_id for index in fitting]


def test_pages_join_without_gap_or_overlap(warehouse):
    rows = [row(1 + index // 3, index % 3, occurred_at=START + index // 4) for index in range(23)]
    warehouse.write([warehouse.pack(rows)], {1: 8})
    seen, before = [], None
    while page := warehouse.events(EventQuery("default", before=before, limit=5)):
        seen += ids(page)
        before = (page[-1].occurred_at, page[-1].event_id)
    expected = sorted(rows, key=lambda each: (each.event.occurred_at, each.event.event_id), reverse=True)
    assert seen == given(expected)


def test_a_forged_cursor_reads_no_more_than_its_time(warehouse):
    warehouse.write([warehouse.pack([row(1)])], {1: 1})
    assert warehouse.events(EventQuery("default", before=(START, "zzz"))) == []
    assert warehouse.events(EventQuery("default", before=(-(2**63), ""))) == []


def test_find_knows_every_outcome_by_event_and_source_id(warehouse):
    first = row(1, source_id="s-1")
    again = row(2, outcome="duplicate", duplicate_of=first.event.event_id, source_id="s-1")
    elsewhere = row(3, workspace="else", source_id="s-1")
    warehouse.write([warehouse.pack([first, again, elsewhere])], {1: 3})
    assert ids(warehouse.find("default", "s-1")) == given([first, again])
    assert ids(warehouse.find(None, "s-1")) == given([first, again, elsewhere])
    (found,) = warehouse.find("default", again.event.event_id)
    assert (found.outcome, found.duplicate_of) == ("duplicate", first.event.event_id)
    assert ids(warehouse.find("default", first.event.event_id)) == given([first])


def test_find_stops_at_a_hundred(warehouse):
    warehouse.write([warehouse.pack([row(offset, source_id="same") for offset in range(1, 121)])], {1: 120})
    assert len(warehouse.find("default", "same")) == 100


def test_an_undecodable_event_is_accounted_for_under_any_id(warehouse):
    stray = row(1, outcome="quarantined", event_id="no uuid", workspace="", dialect="", person=None)
    warehouse.write([warehouse.pack([stray])], {1: 1})
    assert ids(warehouse.find(None, "no uuid")) == ["no uuid"]
    assert warehouse.counts({1: 1}) == {("", "", "quarantined"): 1}


@pytest.mark.parametrize("outcome", ["duplicate", "identify_only", "quarantined", "erased"])
def test_only_stored_events_keep_their_content(warehouse, outcome):
    warehouse.write([warehouse.pack([row(1, outcome=outcome, **FULL)])], {1: 1})
    (read,) = warehouse.of_people("default", [PERSON])
    assert (read.properties, read.traits, read.context) == ({}, {}, {})
    assert (read.user_id, read.source_id, read.value) == ("u1", "s-1", "19.99")


def test_of_people_gives_every_row_oldest_first(warehouse):
    rows = [row(1), row(2, outcome="identify_only"), row(3, person=OTHER), row(4, outcome="duplicate"), row(5)]
    rows.append(row(6, workspace="else"))
    warehouse.write([warehouse.pack(rows)], {1: 6})
    assert ids(warehouse.of_people("default", [PERSON])) == given([rows[0], rows[1], rows[3], rows[4]])
    assert ids(warehouse.of_people("default", [PERSON, OTHER])) == given(rows[:5])
    assert list(warehouse.of_people("default", ["nobody"])) == []


def test_restore_replaces_rows(warehouse):
    stays, goes = row(1), row(2, **FULL)
    held = row(3, outcome="quarantined", person=None)
    warehouse.write([warehouse.pack([stays, goes, held])], {1: 3})
    erased = row(2, outcome="erased", person=None, event_id=goes.event.event_id, name="$erased", kind="erased")
    freed = Row(held.position, held.event, "stored", OTHER)
    warehouse.restore([erased, freed])
    assert sorted(ids(warehouse.events(EventQuery("default")))) == sorted(given([stays, freed]))
    (found,) = warehouse.find("default", goes.event.event_id)
    assert (found.outcome, found.name, found.person_id, found.properties) == ("erased", "$erased", None, {})
    assert ids(warehouse.of_people("default", [OTHER])) == given([freed])
    assert warehouse.counts({1: 3}) == {("default", "scribe", "stored"): 2, ("default", "scribe", "erased"): 1}
    assert warehouse.applied() == {1: 3}


def test_quarantined_are_told_behind_positions(warehouse):
    rows = [row(1, outcome="quarantined"), row(2), row(3, outcome="duplicate"), row(4, outcome="quarantined")]
    rows += [row(1, outcome="quarantined", partition=2), row(2, outcome="quarantined", partition=2, event_id="no uuid")]
    warehouse.write([warehouse.pack(rows)], {1: 4, 2: 2})
    every = {rows[at].event.event_id for at in (0, 3, 4, 5)}
    assert warehouse.quarantined({}) == every
    assert warehouse.quarantined({1: 1, 2: 1}) == {rows[3].event.event_id, "no uuid"}
    assert warehouse.quarantined({1: 4}) == {*given(rows[4:])}
    warehouse.restore([Row(rows[0].position, rows[0].event, "stored", PERSON)])
    assert warehouse.quarantined({}) == every - {rows[0].event.event_id}


def test_restore_passes_over_what_is_not_there(warehouse):
    warehouse.write([warehouse.pack([row(1)])], {1: 1})
    warehouse.restore([row(2)])
    assert sum(warehouse.counts({1: 9}).values()) == 1


def test_restore_is_rejected_whole(warehouse):
    held = row(1, outcome="quarantined")
    warehouse.write([warehouse.pack([held])], {1: 1})
    with pytest.raises(WarehouseRejectedError):
        warehouse.restore([row(1, event_id=held.event.event_id, value=Decimal("1e40"))])
    assert ids(warehouse.find("default", held.event.event_id)) == given([held])


def test_clear_forgets_everything(warehouse):
    rows = [row(1), row(2, outcome="duplicate")]
    warehouse.write([warehouse.pack(rows)], {1: 2})
    warehouse.clear()
    assert warehouse.applied() == {}
    assert warehouse.counts({1: 2}) == {}
    warehouse.write([warehouse.pack(rows)], {1: 2})
    assert ids(warehouse.events(EventQuery("default"))) == given(rows[:1])


def test_ndjson_rows_have_the_shape_of_the_json_api(warehouse, tmp_path):
    wrote = row(1, occurred_at=START + 123_456, **FULL)
    warehouse.write([warehouse.pack([wrote, row(2, outcome="duplicate"), row(3, workspace="else"), row(4)])], {1: 4})
    assert warehouse.export("default", tmp_path / "events.ndjson", "ndjson") == 2
    lines = [json.loads(line) for line in (tmp_path / "events.ndjson").read_text().splitlines()]
    (full,) = [line for line in lines if line["event_id"] == wrote.event.event_id]
    assert full == {
        "event_id": wrote.event.event_id,
        "dialect": "scribe",
        "kind": "track",
        "name": "Order Placed",
        "occurred_at": "2025-06-15T15:06:40.123456Z",
        "received_at": "2025-06-15T15:06:41.000000Z",
        "person_id": PERSON,
        "user_id": "u1",
        "anonymous_id": "anon",
        "email": "a@example.com",
        "account_id": "acme",
        "list_id": "94",
        "value": 19.99,
        "currency": "EUR",
        "click_id": "c-1",
        "properties": FULL["properties"],
    }
    (bare,) = [line for line in lines if line is not full]
    assert bare["value"] is None
    assert list(tmp_path.glob("*.partial")) == []
