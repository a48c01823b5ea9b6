"""Plausible events of all five dialects, as the collector would log them."""

import random
from collections.abc import Iterator
from decimal import Decimal

from bowerbird.clock import SECOND
from bowerbird.event import Event, event_ids

START = 1_760_000_000 * SECOND
PAGES = ["/", "/pricing", "/docs", "/docs/install", "/blog/why", "/signup", "/account", "/cart", "/checkout"]
PRODUCTS = [f"sku-{number}" for number in range(200)]
PLANS = ["free", "pro"]
SOURCES = ["google", "newsletter", "linkedin", "direct", "partner"]


def events(count: int, seed: int = 1, people: int | None = None, per_second: int = 3000) -> Iterator[Event]:
    """`count` events of about `count / 20` people, 2 % of them sent twice."""
    pick = random.Random(seed)
    crowd = people or max(10, count // 20)
    make_id = event_ids(pick.getrandbits)
    last: Event | None = None
    for number in range(count):
        at = START + number * SECOND // per_second
        if last is not None and last.dedupe_key and pick.random() < 0.04:
            event_id = make_id(at)
            again = {name: getattr(last, name) for name in last.__struct_fields__}
            yield Event(**{**again, "event_id": event_id, "received_at": at})
            last = None
            continue
        person = min(int(pick.expovariate(4.0) * crowd), crowd - 1)
        maker = MAKERS[pick.randrange(len(MAKERS))]
        last = maker(pick, person, at, make_id(at), number)
        yield last


def _scribe(pick: random.Random, person: int, at: int, event_id: str, number: int) -> Event:
    known = person % 3 > 0
    return Event(
        "default", event_id, "scribe", "track", pick.choice(["page_viewed", "signup", "feature_used"]), at, at, "key-1",
        user_id=f"user-{person}" if known else None,
        anonymous_id=f"anon-{person}-{pick.randrange(2)}",
        source_id=f"evt-{number}",
        dedupe_key=f"evt-{number}",
        dedupe_ttl=86_400 * SECOND,
        properties={"path": pick.choice(PAGES), "plan": pick.choice(PLANS), "utm_source": pick.choice(SOURCES)},
        context={"user_agent": "Mozilla/5.0", "ip": "127.0.0.1"},
    )  # fmt: skip


def _klaviyo(pick: random.Random, person: int, at: int, event_id: str, number: int) -> Event:
    name = pick.choice(["Viewed Product", "Added to Cart", "Placed Order", "Opened Email"])
    value = Decimal(pick.randrange(500, 20000)) / 100
    return Event(
        "default", event_id, "klaviyo", "track", name, at, at, "key-2",
        email=f"person{person}@example.com",
        user_id=f"user-{person}" if person % 2 else None,
        value=value,
        currency="USD",
        source_id=f"order-{number}",
        dedupe_scope="person",
        dedupe_key=f"{name}\x1f{number}",
        properties={"ProductID": pick.choice(PRODUCTS), "Price": float(value), "Items": [{"q": 1, "sku": "a"}]},
        traits={"first_name": "Ada", "city": "Berlin"} if number % 4 == 0 else {},
        context={"revision": "2024-10-15", "ip": "127.0.0.1"},
    )  # fmt: skip


def _flywheel(pick: random.Random, person: int, at: int, event_id: str, number: int) -> Event:
    return Event(
        "default", event_id, "flywheel", "track", pick.choice(["user_signup", "product_purchased"]), at, at, "key-3",
        user_id=f"user-{person}",
        source_id=f"fly-{number}",
        dedupe_key=f"fly-{number}",
        properties={"source": "website", "plan": "premium", "price": pick.randrange(10, 99), "ok": True},
        context={"ip": "127.0.0.1"},
    )  # fmt: skip


def _successeve(pick: random.Random, person: int, at: int, event_id: str, _number: int) -> Event:
    return Event(
        "default", event_id, "successeve", "page", "pageview", at, at, "key-4",
        user_id=f"user-{person}",
        account_id=f"account-{person // 10}",
        properties={"account_uid": f"account-{person // 10}", "visit_url": f"https://shop.example{pick.choice(PAGES)}"},
        context={"ip": "127.0.0.1"},
    )  # fmt: skip


def _octeth(pick: random.Random, person: int, at: int, event_id: str, _number: int) -> Event:
    return Event(
        "default", event_id, "octeth", "page", "pageView", at, at, "key-5",
        email=f"person{person}@example.com",
        list_id="94",
        properties={"$browser": "Firefox", "$os": "Linux", "url": pick.choice(PAGES), "$screen_width": 1280},
        context={"ip": "127.0.0.1"},
    )  # fmt: skip


MAKERS = (_scribe, _klaviyo, _flywheel, _successeve, _octeth)
