"""`GET /api/v1/audit`: the balance of all accepted events."""

from typing import Annotated

from fastapi import APIRouter

from bowerbird.audit.balance import Balance, balance
from bowerbird.console import answers
from bowerbird.console.access import Session, need
from bowerbird.console.answers import Json
from bowerbird.console.api import models
from bowerbird.console.api.answering import documented
from bowerbird.console.sources import Sources

router = APIRouter(tags=["Audit"], default_response_class=Json)


def balance_of(sources: Sources) -> Balance:
    return sources.log.ask(lambda log: balance(log, sources.applied, sources.warehouse))


@router.get("/audit", responses=documented(models.Audit))
def audit(session: Annotated[Session, need("read events")]) -> Json:
    """Where all accepted events are: accepted = stored + duplicate + identify_only + quarantined + erased + pending.

    Taken from what is on disk, in one consistent cut; the answer is 200 whether it balances or not.
    """
    taken = balance_of(session.sources)
    return answers.json((taken if session.visible is None else taken.of(session.visible)).document())
