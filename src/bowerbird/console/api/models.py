"""The shapes of the JSON API's answers, for `/openapi.json`. Answers are written without them (see `answers`)."""

from typing import Any

from pydantic import BaseModel, Field

Time = Field(description="ISO 8601, UTC, six decimals.", examples=["2026-03-01T09:30:00.250000Z"])


class Problem(BaseModel):
    code: str
    message: str
    hint: str = Field(description="What to do about it; may be empty.")


class Failure(BaseModel):
    error: Problem


class EventRow(BaseModel):
    event_id: str = Field(description="UUIDv7, given on receipt.")
    dialect: str
    kind: str
    name: str
    occurred_at: str = Time
    received_at: str = Time
    person_id: str | None = Field(description="The person after merges.")
    user_id: str | None
    anonymous_id: str | None
    email: str | None
    account_id: str | None
    list_id: str | None
    value: float | None = Field(description="A JSON number with every digit that was sent.")
    currency: str | None
    click_id: str | None
    properties: dict[str, Any]


class EventsPage(BaseModel):
    """Newest first."""

    events: list[EventRow]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class Position(BaseModel):
    partition: int
    offset: int
    index: int


class EventDetail(EventRow):
    workspace: str
    outcome: str = Field(description="`stored`, `duplicate`, `identify_only`, `quarantined` or `erased`.")
    duplicate_of: str | None
    phone: str | None
    order_id: str | None
    source_id: str | None
    key_id: str
    traits: dict[str, Any]
    context: dict[str, Any]
    position: Position


class Counts(BaseModel):
    accepted: int
    stored: int
    duplicate: int
    identify_only: int
    quarantined: int
    erased: int
    pending: int
    balanced: bool = Field(description="Whether accepted is the sum of the others.")


class WorkspaceBalance(Counts):
    dialects: dict[str, Counts]


class Audit(WorkspaceBalance):
    workspaces: dict[str, WorkspaceBalance]


class TraceStep(BaseModel):
    step: str
    text: str
    at: str | None = Time
    facts: dict[str, Any]


class Trace(BaseModel):
    workspace: str
    event_id: str
    source_id: str | None
    dialect: str
    name: str
    outcome: str
    steps: list[TraceStep]


class Traces(BaseModel):
    id: str
    found: list[Trace] = Field(description="Oldest first; several when the sender used an id more than once.")
    advice: str = Field(description="Where to look when nothing was found.")


class Identifier(BaseModel):
    kind: str
    value: str
    person_id: str = Field(description="The node that it belongs to: this person or one of its aliases.")
    since: str = Time


class Person(BaseModel):
    person_id: str
    workspace: str
    created_at: str = Time
    identifiers: list[Identifier]
    traits: dict[str, Any]
    accounts: list[str]
    aliases: list[str]


class PeoplePage(BaseModel):
    people: list[Person]
    next: str | None


class Pair(BaseModel):
    kind: str
    value: str


class Merge(BaseModel):
    survivor: str
    absorbed: str
    event_id: str = Field(description="The event that named both.")
    identifiers: list[Pair]
    merged_at: str = Time
    undone_at: str | None


class Conflict(BaseModel):
    event_id: str
    person_id: str = Field(description="Whom the event went to.")
    other_id: str = Field(description="Whom it was kept apart from.")
    kind: str
    value: str
    resolution: str = Field(description="`moved` or `stayed`.")
    at: str = Time


class PersonDetail(Person):
    merges: list[Merge]
    conflicts: list[Conflict]
    merges_total: int = Field(description="How many merges there are; `merges` has the latest, the export all.")
    conflicts_total: int = Field(description="How many conflicts there are, alike.")
    timeline: EventsPage


class Unmerged(BaseModel):
    survivor: str
    absorbed: str


class Erased(BaseModel):
    person_id: str
    erased: int = Field(description="Events whose content is gone.")


class TypeCount(BaseModel):
    type: str
    count: int


class CatalogProperty(BaseModel):
    name: str
    types: list[TypeCount]
    first_seen: str = Time
    last_seen: str = Time
    description: str = Field(description="What users say of it; may be empty.")
    hidden: bool = Field(description="Left out of the console's pickers.")
    pii: bool = Field(description="Personal data: masked for viewers, and for their sessions.")


class CatalogEvent(BaseModel):
    name: str
    list_id: str | None
    count: int
    first_seen: str = Time
    last_seen: str = Time
    description: str = Field(description="What users say of it; may be empty.")
    hidden: bool = Field(description="Left out of the console's pickers.")
    pii: bool = Field(description="Personal data: masked for viewers, and for their sessions.")
    properties: list[CatalogProperty]


class Catalog(BaseModel):
    events: list[CatalogEvent]


class Described(BaseModel):
    workspace: str
    name: str
    property: str = Field(description="Empty: the event itself.")
    description: str
    hidden: bool
    pii: bool
    changed_by: str = Field(description="The key or session that said so.")
    changed_at: str = Time


class QuarantinedEvent(BaseModel):
    event_id: str
    workspace: str
    dialect: str
    step: str
    reason: str
    received_at: str = Time
    position: Position
    event: dict[str, Any] | None = Field(description="The event as accepted; null when it cannot be decoded.")


class QuarantinePage(BaseModel):
    """Newest first."""

    quarantine: list[QuarantinedEvent]
    next: str | None


class BrokenRule(BaseModel):
    field: str = Field(description="The path from the body's root, in the vendor's notation.")
    code: str
    message: str


class Refusal(BaseModel):
    at: str = Time
    workspace: str | None = Field(description="Null when the sender's key is not known.")
    key_id: str | None
    key_label: str | None = Field(description="What the key is called now; null where it is called nothing.")
    secret_hint: str | None = Field(description="How an unknown secret begins; of a short one nothing.")
    secret_hash: str | None = Field(description="Equal ones are the same unknown secret.")
    dialect: str | None = Field(description="Null when the path is no vendor's.")
    method: str
    path: str
    status: int = Field(description="What the sender was answered.")
    reason: str
    meaning: str = Field(description="The reason in words.")
    message: str
    issues: list[BrokenRule]
    client_ip: str | None
    size: int | None = Field(description="Bytes of the body; null when its length was not declared.")
    times: int = Field(description="How often the same came within half a second.")
    left_out: int = Field(description="Other refusals of the same key that came with it, and are counted only.")


class RefusalsPage(BaseModel):
    """Newest first."""

    refusals: list[Refusal]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class Retried(BaseModel):
    released: int = Field(description="Events that went through this time.")
    stayed: int


class Replaying(BaseModel):
    events: int = Field(description="Events that are processed anew.")
