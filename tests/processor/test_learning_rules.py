"""What an event teaches, and how much of it at most."""

from typing import Any

from bowerbird.state.base import MOST_PROPERTIES, MOST_TRAITS


def test_an_event_of_countless_names_teaches_the_first_of_them_and_keeps_them_all(line: Any) -> None:
    properties = {f"p{number}": number for number in range(2 * MOST_PROPERTIES)}
    traits = {f"t{number}": number for number in range(2 * MOST_TRAITS)}
    wide = line.event("wide", user_id="ada", properties=properties, traits=traits)
    plain = line.event("plain", user_id="ada", properties={"plan": "pro"})
    line.send(wide, plain)

    known = line.catalog.properties("default", "")
    assert known["wide"].properties == {f"p{number}": 1 for number in range(MOST_PROPERTIES)}
    assert known["plain"].properties == {"plan": 1}
    person = line.people.person("default", line.person_of(wide))
    assert person.traits == {f"t{number}": number for number in range(MOST_TRAITS)}
    (stored,) = line.warehouse.find("default", wide.event_id)
    assert (stored.properties, stored.traits) == (properties, traits)
