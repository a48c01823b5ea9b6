"""What the pages are made from."""

from dataclasses import dataclass

from bowerbird.console.pages.offered_values import OfferedValues
from bowerbird.console.pages.trait_names import TraitNames
from bowerbird.console.sources import Sources
from bowerbird.registry.base import Logins
from bowerbird.registry.operators import Operators
from bowerbird.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """Safe from any thread, as its parts are."""

    sources: Sources
    logins: Logins
    operators: Operators
    settings: Settings
    traits: TraitNames
    values: OfferedValues
    collector_url: str
    """Where events are sent, for examples."""
