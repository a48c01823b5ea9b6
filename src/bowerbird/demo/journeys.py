"""What people do in a day, each at their own pace: visits, sign-ups, purchases, conversions, and clients' retries."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from random import Random
from typing import Any

from bowerbird.clock import SECOND
from bowerbird.demo.people import Person, person
from bowerbird.demo.vendors import Message, flywheel, klaviyo, octeth, scribe, successeve

HOUR = 3_600 * SECOND
DAY = 24 * HOUR
RETRIES = 0.03
"""How many of the requests that may be repeated are, as if their answers had been lost."""

_BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 7, 10, 13, 14, 13, 11, 12, 13, 13, 12, 11, 11, 12, 12, 10, 7, 4)
"""How busy the hours of a day are, from midnight UTC."""
_PAGES = ("/", "/features", "/pricing", "/customers", "/blog/one-truth", "/blog/five-vendors", "/docs", "/about")
_PRODUCTS = (
    ("Field Notebook", "Paper", 12.5), ("Bower Mug", "Kitchen", 18.0), ("Blue Feather Pin", "Jewellery", 24.0),
    ("Nest Lamp", "Lighting", 89.0), ("Travel Satchel", "Bags", 149.0), ("Wool Blanket", "Home", 119.9),
    ("Tea Sampler", "Kitchen", 21.9), ("Bird Atlas", "Books", 42.0),
)  # fmt: skip
_PLANS = (("starter", 19.0), ("team", 79.0), ("business", 249.0))
_FEATURES = ("report_exported", "dashboard_viewed", "teammate_invited", "filter_saved", "alert_created")


class _DayIsOver(Exception):
    """What would come next has not happened yet."""


class Life:
    """One person's day: a clock of their own, and chance."""

    def __init__(self, random: Random, who: Person, start: int, end: int) -> None:
        self.random = random
        self.who = who
        self._at = start
        self._end = end
        self._ids = count(1)

    def later(self, low: float, high: float) -> int:
        """The time, µs, so many seconds on. Ends the journey where that is to come yet."""
        self._at += int(self.random.uniform(low, high) * SECOND)
        if self._at > self._end:
            raise _DayIsOver
        return self._at

    def id(self, kind: str) -> str:
        return f"{kind}-{self.who.name}-{next(self._ids)}"

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def journeys(seed: int, end: int, days: float) -> Iterator[list[Message]]:
    """People one after the other without end, each as the requests of their day (or days) before `end`, in order. A
    seed gives the same people each time, and other seeds others."""
    demo = f"{seed:x}"
    for number in count():
        random = Random(f"{demo}-{number}")  # noqa: S311  # made-up people need no secrets
        life = Life(random, person(random, demo, number), _start(random, end, days), end)
        (kind,) = random.choices(_KINDS, _SHARES)
        done: list[Message] = []
        with suppress(_DayIsOver):
            for message in _with_retries(random, kind(life)):
                done.append(message)
        yield done


def first(requests: int, endless: Iterator[list[Message]]) -> Iterator[list[Message]]:
    """The journeys that come to so many requests, the last of them cut short."""
    left = requests
    while left:
        journey = next(endless)[:left]
        left -= len(journey)
        yield journey


def _start(random: Random, end: int, days: float) -> int:
    """A moment of the time before `end`, more likely in busy hours."""
    while True:
        at = end - int(random.random() * days * DAY)
        if random.random() * max(_BY_HOUR) < _BY_HOUR[at % DAY // HOUR]:
            return at


def _with_retries(random: Random, messages: Iterator[Message]) -> Iterator[Message]:
    for message in messages:
        yield message
        if message.repeatable and random.random() < RETRIES:
            yield message


def _visits(life: Life, most: int) -> Iterator[Message]:
    """Page views of somebody unknown; the first carries the campaign that brought them."""
    who = life.who
    browser, system = who.device
    landing: dict[str, Any] = {"landing": True, "referrer": who.referrer, **who.campaign}
    for page in life.random.sample(_PAGES, life.random.randint(1, most)):
        life.later(5, 240)
        properties = {"path": page, "browser": browser, "os": system, "country": who.country, **landing}
        yield scribe(who, "page_viewed", known=False, properties=properties)
        landing = {}


def _passer_by(life: Life) -> Iterator[Message]:
    yield from _visits(life, 4)


def _reader(life: Life) -> Iterator[Message]:
    """Subscribes to the newsletter, and buys something because of it now and then."""
    who = life.who
    yield from _visits(life, 3)
    yield scribe(who, "$identify", known=True, traits={"email": who.email, "country": who.country})
    yield octeth(who, "identify", firstName=who.first_name, lastName=who.last_name, country=who.country)
    for page in life.random.sample(_PAGES, life.random.randint(1, 3)):
        yield octeth(who, "pageView", url=f"https://bower.example{page}", pageTitle=page.strip("/") or "home")
    if life.chance(0.3):
        name, _, price = life.random.choice(_PRODUCTS)
        conversion = {"conversion-id": life.id("order"), "conversion-name": "purchase", "conversion-value": price}
        yield octeth(who, "conversion", **conversion, product=name)


def _shopper(life: Life) -> Iterator[Message]:
    """Looks at things, fills a basket, and often pays; tells who they are at the checkout."""
    who, random = life.who, life.random
    yield from _visits(life, 3)
    basket = random.sample(_PRODUCTS, random.randint(1, 3))
    for name, category, price in basket:
        shown = {"ProductName": name, "Categories": [category], "Price": price}
        yield klaviyo(who, "Viewed Product", life.later(10, 300), shown)
    if life.chance(0.4):
        return
    names = [name for name, _, _ in basket]
    total = round(sum(price for _, _, price in basket), 2)
    yield klaviyo(who, "Added to Cart", life.later(5, 120), {"ItemNames": names}, value=total)
    traits = {"name": f"{who.first_name} {who.last_name}", "email": who.email, "country": who.country}
    yield scribe(who, "$identify", known=True, traits=traits)
    if life.chance(0.25):
        return
    order = life.id("order")
    items = [{"ProductName": name, "ItemPrice": price, "Quantity": 1} for name, _, price in basket]
    bought = {"OrderId": order, "ItemNames": names, "Items": items}
    yield klaviyo(who, "Placed Order", life.later(60, 900), bought, value=total, unique_id=order)


def _customer(life: Life) -> Iterator[Message]:
    """Signs up for the software, works with it, and pays for a plan."""
    who, random = life.who, life.random
    yield from _visits(life, 4)
    about = {"email": who.email, "first_name": who.first_name, "last_name": who.last_name, "country": who.country}
    about |= {"phone": who.phone} if who.phone else {}
    signed_up = life.later(30, 600)
    fields = {"identify": True, "anonymous_id": who.browser, "event_id": life.id("signup")}
    yield flywheel(who, "user_signup", signed_up, about | who.campaign, **fields)
    yield successeve(who, "user_registration", signed_up, display_name="Registration", plan="trial")
    for _ in range(random.randint(1, 6)):
        at = life.later(120, 5_400)
        feature = random.choice(_FEATURES)
        if life.chance(0.5):
            yield flywheel(who, feature, at, {"source": "app", "seconds": random.randint(1, 90)})
        else:
            yield successeve(who, feature, at, display_name=feature.replace("_", " ").capitalize())
    yield successeve(who, "pageview", life.later(10, 600), visit_url="https://app.bower.example/onboarding")
    if life.chance(0.45):
        plan, price = random.choice(_PLANS)
        order = life.id("subscription")
        paid = {"value": price, "currency": who.currency, "properties": {"plan": plan, "interval": "month"}}
        yield scribe(who, "subscription_started", known=True, event_id=order, **paid)


_KINDS: tuple[Callable[[Life], Iterator[Message]], ...] = (_passer_by, _reader, _shopper, _customer)
_SHARES = (40, 14, 24, 22)
