"""Made-up people. All addresses end in `.example`, which belongs to nobody (RFC 2606)."""

from random import Random
from typing import NamedTuple

_FIRST = (
    "Ada", "Alan", "Amina", "Bjarne", "Carlos", "Chen", "Dana", "Edsger", "Elena", "Fatima", "Grace", "Hedy", "Ines",
    "Jonas", "Katherine", "Kofi", "Lea", "Linus", "Margaret", "Mateo", "Nadia", "Noor", "Oskar", "Priya", "Radia",
    "Sofia", "Tariq", "Ursula", "Viktor", "Yuki",
)  # fmt: skip
_LAST = (
    "Adeyemi", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Johnson", "Kimura",
    "Lovelace", "Moreau", "Novak", "Okafor", "Perlman", "Quinn", "Rossi", "Silva", "Tanaka", "Usman", "Vargas", "Weber",
    "Xu", "Yilmaz", "Zhang",
)  # fmt: skip
_COMPANIES = ("northwind", "contoso", "fabrikam", "initech", "globex", "umbrella", "hooli", "stark", "wayne", "acme")
_COUNTRIES = (("DE", "EUR"), ("FR", "EUR"), ("ES", "EUR"), ("US", "USD"), ("US", "USD"), ("US", "USD"), ("GB", "GBP"))
_DEVICES = (
    ("Chrome", "Windows"), ("Chrome", "Android"), ("Safari", "iOS"), ("Safari", "macOS"), ("Firefox", "Linux"),
    ("Edge", "Windows"),
)  # fmt: skip
_CAMPAIGNS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"},
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "autumn-sale"},
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "weekly-12"},
    {"utm_source": "linkedin", "utm_medium": "social", "utm_campaign": "founders"},
    {"utm_source": "partner", "utm_medium": "referral", "utm_campaign": "integrations"},
)
_REFERRERS = {"google": "https://www.google.com/", "linkedin": "https://www.linkedin.com/"}
_SHARED_BROWSERS = 0.02
"""How many sit at somebody else's computer."""


class Person(NamedTuple):
    name: str
    """Like nobody else's of this or another demo: part of every id."""
    first_name: str
    last_name: str
    email: str
    phone: str | None
    account: str | None
    """The company they work for."""
    browser: str
    """The anonymous id that their visits carry."""
    country: str
    currency: str
    device: tuple[str, str]
    """Browser and operating system."""
    campaign: dict[str, str]
    """UTM parameters of the first visit; empty for who came by themselves."""

    @property
    def referrer(self) -> str:
        return _REFERRERS.get(self.campaign.get("utm_source", ""), "")


def person(random: Random, demo: str, number: int) -> Person:
    """The person with this number; `demo` tells the people of one demo from those of others."""
    pick = random.choice
    first_name, last_name = pick(_FIRST), pick(_LAST)
    company = pick(_COMPANIES) if random.random() < 0.4 else None
    country, currency = pick(_COUNTRIES)
    shared = number > 0 and random.random() < _SHARED_BROWSERS
    return Person(
        name=f"{demo}-{number}",
        first_name=first_name,
        last_name=last_name,
        email=f"{first_name}.{last_name}.{demo}{number}@{company or 'mail'}.example".lower(),
        phone=f"+4915{random.randrange(10**9):09}" if random.random() < 0.3 else None,
        account=company and f"{company}-{demo}",
        browser=f"browser-{demo}-{number - 1 if shared else number}",
        country=country,
        currency=currency,
        device=pick(_DEVICES),
        campaign=pick(_CAMPAIGNS),
    )
