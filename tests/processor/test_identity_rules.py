"""Who an event belongs to, rule by rule."""

from typing import Any

import pytest

from bowerbird.errors import NotFoundError
from bowerbird.processor import identity
from bowerbird.processor.identity import Named, decide
from bowerbird.state.base import Node


def test_an_event_that_names_nobody_known_makes_a_person(line: Any) -> None:
    one, other = line.event(email="a@example.com"), line.event(email="b@example.com")
    line.send(one, other)
    assert line.person_of(one) != line.person_of(other)


def test_what_a_person_did_before_it_was_identified_becomes_theirs(line: Any) -> None:
    before = line.event(anonymous_id="anon")
    login = line.event(anonymous_id="anon", user_id="u1")
    after = line.event(user_id="u1")
    line.send(before, login, after)
    assert line.person_of(before) == line.person_of(login) == line.person_of(after)


def test_several_people_become_one_and_the_oldest_survives(line: Any) -> None:
    first = line.event(email="a@example.com")
    second = line.event(phone="+491")
    both = line.event(email="a@example.com", phone="+491")
    line.send(first, second, both)
    survivor = line.warehouse.find("default", first.event_id)[0].person_id
    assert {line.person_of(each) for each in (first, second, both)} == {survivor}
    [merge] = line.people.person("default", survivor).merges
    assert (merge.survivor, merge.event_id) == (survivor, both.event_id)
    assert set(merge.identifiers) == {("email", "a@example.com"), ("phone", "+491")}


def test_people_with_different_user_ids_never_merge(line: Any) -> None:
    ada, bob = line.event(user_id="ada", email="ada@example.com"), line.event(user_id="bob")
    mixed = line.event(user_id="bob", email="ada@example.com")
    line.send(ada, bob, mixed)
    assert line.person_of(ada) != line.person_of(bob) == line.person_of(mixed)
    [conflict] = line.people.person("default", line.person_of(bob)).conflicts
    assert (conflict.kind, conflict.resolution) == ("email", "stayed")
    again = line.event(email="ada@example.com")
    line.send(again)
    assert line.person_of(again) == line.person_of(ada)


def test_a_new_user_id_does_not_take_over_somebody_elses_person(line: Any) -> None:
    ada = line.event(user_id="ada", email="shared@example.com")
    bob = line.event(user_id="bob", email="shared@example.com")
    line.send(ada, bob)
    assert line.person_of(ada) != line.person_of(bob)
    assert line.people.find("default", {"user_id": "bob"}) == [line.person_of(bob)]


def test_a_contested_anonymous_id_follows_the_latest_user(line: Any) -> None:
    ada = line.event(user_id="ada", anonymous_id="tablet")
    bob = line.event(user_id="bob", anonymous_id="tablet")
    later = line.event(anonymous_id="tablet")
    line.send(ada, bob, later)
    assert line.person_of(later) == line.person_of(bob) != line.person_of(ada)
    [conflict] = line.people.person("default", line.person_of(bob)).conflicts
    assert (conflict.kind, conflict.resolution) == ("anonymous_id", "moved")


def test_an_email_is_one_whatever_its_case(line: Any) -> None:
    one, other = line.event(email="Ada@Example.com"), line.event(email=" ada@example.COM")
    line.send(one, other)
    assert line.person_of(one) == line.person_of(other)
    assert line.people.find("default", {"email": "ADA@example.com"}) == [line.person_of(one)]


@pytest.mark.parametrize("spelled", ["+15550123000", "+1 (555) 012-3000", "+1-555-012-3000", "+1 555.012.3000"])
def test_a_phone_is_one_however_its_digits_are_set_apart(line: Any, spelled: str) -> None:
    first, second = line.event(phone="+15550123000", dialect="klaviyo"), line.event(phone=spelled, dialect="flywheel")
    line.send(first, second)
    assert line.person_of(first) == line.person_of(second)
    assert line.people.find("default", {"phone": spelled}) == [line.person_of(first)]


@pytest.mark.parametrize("spelled", ["555 0123", "+", "+0 555 012-3000", "ext. 7", "+1234567890123456"])
def test_what_is_no_international_number_is_matched_as_it_was_sent(line: Any, spelled: str) -> None:
    first, second = line.event(phone=spelled), line.event(phone=spelled.replace(" ", "-") + "-")
    line.send(first, second)
    assert line.person_of(first) != line.person_of(second)
    assert line.people.find("default", {"phone": spelled}) == [line.person_of(first)]


def test_a_second_email_or_phone_weighs_as_much_as_the_first_and_no_more(line: Any) -> None:
    ada = line.event(user_id="ada", email="ada@example.com")
    bob = line.event(user_id="bob", phone="+2")
    line.send(ada, bob)
    by_email = line.event(email="ada@example.com", phone="+3", other_ids={"phone": "+2"})
    line.send(by_email)
    assert line.person_of(by_email) == line.person_of(ada)
    by_other_email = line.event(phone="+2", other_ids={"email": "Ada@Example.com"})
    line.send(by_other_email)
    assert line.person_of(by_other_email) == line.person_of(ada)
    eve = line.event(user_id="eve", email="eve@example.com")
    plain_first = line.event(email="eve@example.com", other_ids={"email": "ada@example.com"})
    line.send(eve, plain_first)
    assert line.person_of(plain_first) == line.person_of(ada)


def test_the_first_of_a_vendors_own_ids_is_the_strongest(line: Any) -> None:
    ada = line.event(user_id="ada", other_ids={"org_assigned_user_id": "a"})
    bob = line.event(user_id="bob", other_ids={"stripe_customer_id": "b"})
    both = line.event(other_ids={"org_assigned_user_id": "a", "stripe_customer_id": "b"})
    line.send(ada, bob, both)
    assert line.person_of(both) == line.person_of(ada)


def test_workspaces_share_nobody(line: Any) -> None:
    here, there = line.event(user_id="ada"), line.event(user_id="ada", workspace="other")
    line.send(here, there)
    [found] = line.people.find("default", {"user_id": "ada"})
    [elsewhere] = line.people.find("other", {"user_id": "ada"})
    assert found != elsewhere
    assert line.people.person("other", found) is None


def test_the_newest_event_time_wins_for_each_trait(line: Any) -> None:
    new = line.event(user_id="ada", traits={"plan": "pro", "city": "Berlin"})
    late = line.event(user_id="ada", traits={"plan": "free", "age": 36}, occurred_at=new.occurred_at - 1)
    line.send(new, late)
    assert line.people.person("default", line.person_of(new)).traits == {"plan": "pro", "city": "Berlin", "age": 36}


def test_an_event_belongs_to_the_only_account_of_its_person(line: Any) -> None:
    line.send(line.event("joined", user_id="ada", account_id="acme"), line.event("used", user_id="ada"))
    line.send(line.event("joined", user_id="ada", account_id="umbrella"), line.event("left", user_id="ada"))
    assert [each.account_id for each in line.stored()] == ["acme", "acme", "umbrella", None]


def test_unmerge_gives_both_back_what_was_theirs(line: Any) -> None:
    first = line.event(email="a@example.com", traits={"city": "Berlin"})
    second = line.event(phone="+491", traits={"city": "Rome"}, account_id="acme")
    both = line.event(email="a@example.com", phone="+491")
    by_phone = line.event(phone="+491", name="called")
    line.send(first, second, both, by_phone)
    merged = line.person_of(first)
    assert line.people.person("default", merged).traits == {"city": "Rome"}

    survivor, absorbed = line.operations.unmerge("default", merged)

    assert survivor == merged == line.person_of(first) == line.person_of(both)
    assert absorbed == line.person_of(second) == line.person_of(by_phone)
    kept, freed = (line.people.person("default", each) for each in (survivor, absorbed))
    assert kept.traits == {"city": "Berlin"}
    assert freed.traits == {"city": "Rome"}
    assert [each["kind"] for each in kept.identifiers] == ["email"]
    assert [each["kind"] for each in freed.identifiers] == ["phone"]
    assert (kept.accounts, freed.accounts) == ([], ["acme"])


def test_unmerged_people_stay_apart_also_through_a_replay(line: Any) -> None:
    first, second = line.event(email="a@example.com"), line.event(phone="+491")
    both = line.event(email="a@example.com", phone="+491")
    line.send(first, second, both)
    line.operations.unmerge("default", line.person_of(first))
    again = line.event(email="a@example.com", phone="+491")
    line.send(again)
    assert line.person_of(first) == line.person_of(again) != line.person_of(second)
    line.operations.replay()
    line.run()
    assert line.person_of(first) == line.person_of(both) == line.person_of(again) != line.person_of(second)


def test_undoing_an_inner_merge_leaves_the_outer_one(line: Any) -> None:
    a, b, c = line.event(email="a@x.io"), line.event(email="b@x.io"), line.event(email="c@x.io")
    line.send(a, b, c)
    line.send(line.event(email="b@x.io", phone="+1"), line.event(email="c@x.io", phone="+1"))
    line.send(line.event(email="a@x.io", anonymous_id="x"), line.event(email="b@x.io", anonymous_id="x"))
    assert line.person_of(a) == line.person_of(b) == line.person_of(c)
    node_of_c = line.warehouse.find("default", c.event_id)[0].person_id
    line.operations.unmerge("default", node_of_c)
    assert line.person_of(a) == line.person_of(b) != line.person_of(c) == node_of_c


def test_a_blank_email_names_nobody(line: Any) -> None:
    one, other = line.event(email=" ", anonymous_id="x"), line.event(email="\t", anonymous_id="y")
    line.send(one, other)
    assert line.person_of(one) != line.person_of(other)


def test_a_person_of_very_many_nodes_takes_nobody_in_any_more(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOST_NODES", 3)
    browsers = [line.event(anonymous_id=f"anon-{number}") for number in range(4)]
    logins = [line.event(user_id="kiosk", anonymous_id=f"anon-{number}") for number in range(4)]
    line.send(*browsers, *logins)
    [kiosk] = line.people.find("default", {"user_id": "kiosk"})
    assert len(line.people.members("default", kiosk)) == 3
    assert [line.person_of(each) == kiosk for each in browsers] == [True, True, True, False]
    assert {line.person_of(each) for each in logins} == {kiosk}
    [conflict] = line.people.person("default", kiosk).conflicts
    assert (conflict.value, conflict.resolution) == ("anon-3", "moved")


def test_many_kept_apart_cost_a_large_person_little(line: Any) -> None:
    nodes = [[f"{side}-{number}" for number in range(499)] for side in "ab"]
    one, other = (Node(ids[0], 1, absorbed=tuple(ids[1:])) for ids in nodes)
    named = [Named(("w", "email", "a"), "a-0", one), Named(("w", "phone", "b"), "b-0", other)]
    apart = {"a-498": {"b-498"}, "b-498": {"a-498"}}
    assert decide(None, named, {"c": {"d"}}).merged == (other,)
    assert decide(None, named, apart).kept_apart == (named[1],)


def test_an_unmerge_can_be_followed_by_another(line: Any) -> None:
    a, b, c = (line.event(email=f"{name}@x.io", traits={"name": name}) for name in "abc")
    line.send(a, b, c)
    line.send(line.event(email="a@x.io", phone="+1"), line.event(email="b@x.io", phone="+1"))
    line.send(line.event(email="c@x.io", phone="+1"))
    root = line.person_of(a)
    nodes = [line.warehouse.find("default", each.event_id)[0].person_id for each in (a, b, c)]
    assert line.operations.unmerge("default", root) == (root, nodes[2])
    assert line.operations.unmerge("default", root) == (root, nodes[1])
    with pytest.raises(NotFoundError):
        line.operations.unmerge("default", root)
    assert [line.person_of(each) for each in (a, b, c)] == nodes
    assert [line.people.person("default", node).traits for node in nodes] == [{"name": name} for name in "abc"]
    line.send(line.event(email="b@x.io", anonymous_id="z"), line.event(email="c@x.io", anonymous_id="z"))
    assert line.person_of(b) != line.person_of(c), "b belonged to whom c was kept apart from"
    line.send(line.event(email="c@x.io", user_id="u"), line.event(email="a@x.io", anonymous_id="z"))
    assert line.person_of(c) != line.person_of(a)


def identified(line: Any) -> Any:
    """Who has which identifiers, and which events."""
    events = {each.event_id: line.person_of(each) for each in line.stored()}
    people = {one: line.people.person("default", one) for one in set(events.values())}
    return events, {one: sorted(each["value"] for each in person.identifiers) for one, person in people.items()}


def test_a_replay_gives_everybody_what_an_unmerge_gave_back(line: Any) -> None:
    visit = line.event(anonymous_id="a-1")
    signup = line.event(user_id="u-1")
    both = line.event(user_id="u-1", anonymous_id="a-1")
    after = line.event(anonymous_id="a-1", email="a@x.io")
    line.send(visit, signup, both, after)
    line.operations.unmerge("default", line.person_of(visit))
    before = identified(line)
    assert line.person_of(visit) == line.person_of(after) != line.person_of(signup)
    line.operations.replay()
    line.run()
    assert identified(line) == before


def test_a_replay_leaves_three_apart_who_were_one(line: Any) -> None:
    a, b, c = line.event(email="a@x.io"), line.event(email="b@x.io"), line.event(phone="+3")
    line.send(a, b, c)
    line.send(line.event(email="b@x.io", phone="+3"), line.event(email="a@x.io", phone="+3"))
    root = line.person_of(a)
    line.operations.unmerge("default", root)
    line.operations.unmerge("default", line.person_of(b))
    apart = [line.person_of(each) for each in (a, b, c)]
    assert len(set(apart)) == 3
    line.operations.replay()
    line.run()
    assert [line.person_of(each) for each in (a, b, c)] == apart


def test_what_was_given_back_does_not_go_to_whom_it_is_kept_apart_from(line: Any) -> None:
    one, other = line.event(user_id="u1", anonymous_id="a"), line.event(email="q@x.io")
    line.send(one, other, line.event(anonymous_id="a", email="q@x.io"))
    line.operations.unmerge("default", line.person_of(one))
    line.send(line.event(user_id="u2", email="q@x.io"), line.event(user_id="u2", anonymous_id="a"))
    after = line.event(anonymous_id="a")
    line.send(after)
    assert line.person_of(after) == line.person_of(one) != line.person_of(other)


def test_an_erased_persons_identifiers_come_back_as_somebody_new(line: Any) -> None:
    before = line.event(user_id="ada", email="a@x.io", account_id="acme", traits={"plan": "pro"})
    line.send(before)
    erased = line.person_of(before)
    line.operations.erase("default", erased)
    after = line.event(user_id="ada", email="a@x.io")
    line.send(after)
    person = line.people.person("default", line.person_of(after))
    assert person.person_id != erased
    assert (person.traits, person.accounts, person.merges) == ({}, [], [])
    assert line.stored()[0].account_id is None
