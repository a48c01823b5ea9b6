"""Slows guessing down: after some failures each further try has to wait, longer each time."""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from bowerbird.clock import SECOND, Clock

FREE_TRIES = 5
FIRST_WAIT = 2 * SECOND
LONGEST_WAIT = 15 * 60 * SECOND
FORGOTTEN_AFTER = 60 * 60 * SECOND


@dataclass
class _Record:
    failures: int = 0
    last: int = 0
    """µs of the latest try that was let on."""

    def free_at(self) -> int:
        beyond = self.failures - FREE_TRIES
        if beyond < 0:
            return 0
        return int(self.last + min(FIRST_WAIT * 2 ** min(beyond, 30), LONGEST_WAIT))


class Throttle:
    """Counts tries by subject (a user's name, a client's address). Safe from any thread; remembers at most `capacity`
    subjects, of which the one not heard of for longest goes first."""

    def __init__(self, clock: Clock, capacity: int = 20_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = Lock()
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def wait(self, *subjects: str) -> int:
        """µs that a try by all these subjects has to wait; 0: it may go on, and counts as failed until `succeeded`
        says otherwise, so that tries at the same time cannot pass together."""
        now = self._clock.now()
        with self._lock:
            records = [self._record(subject, now) for subject in subjects]
            left = max(record.free_at() for record in records) - now
            if left > 0:
                return left
            for record in records:
                record.failures += 1
                record.last = now
        return 0

    def succeeded(self, name: str, address: str) -> None:
        """The name starts anew; the address gets this one try back, for others may be guessing from it."""
        with self._lock:
            self._records.pop(name, None)
            record = self._records.get(address)
            if record is not None:
                record.failures = max(0, record.failures - 1)

    def _record(self, subject: str, now: int) -> _Record:
        record = self._records.get(subject)
        if record is None or now - record.last > FORGOTTEN_AFTER:
            record = self._records[subject] = _Record()
        self._records.move_to_end(subject)
        while len(self._records) > self._capacity:
            self._records.popitem(last=False)
        return record


def subject_of_name(name: str) -> str:
    """As users are told apart; whatever is longer than a name can be counts together."""
    return f"user {name[:129]}"


def subject_of_address(address: str) -> str:
    """One IPv4 address, or the /64 network that one IPv6 client commonly has for itself."""
    try:
        known = ip_address(address)
    except ValueError:
        return f"from {address[:64]}"
    if isinstance(known, IPv6Address):
        return f"from {known.ipv4_mapped or ip_network((known, 64), strict=False)}"
    return f"from {known}"
