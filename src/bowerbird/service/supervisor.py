"""`bowerbird serve`: collectors and one engine as child processes, started, watched, and drained together."""

import selectors
import socket
import time
from collections.abc import Callable, Sequence

from bowerbird.errors import BowerbirdError
from bowerbird.service.child import Child
from bowerbird.service.ownership import Ownership
from bowerbird.service.signals import asked_to_end
from bowerbird.service.sockets import listen, url_of
from bowerbird.settings import Settings

START_SECONDS = 60.0
DRAIN_SECONDS = 30.0
_HASTY_SECONDS = 5.0
"""A child that ends before it has served so long ends in haste."""
_HASTY_ENDS = 5
"""In a row; then it would end in haste for ever."""

Sockets = tuple[socket.socket, socket.socket]
"""The collectors' and the console's."""


class Supervisor:
    """Runs in the parent process. Children that end by themselves are started again."""

    def __init__(self, settings: Settings, sockets: Sockets, say: Callable[[str], None]) -> None:
        """`say`: where to report what happens to children."""
        collector, console = sockets
        self.say = say
        data = ("--data", str(settings.data))
        self._roles: list[tuple[tuple[str, ...], socket.socket]]
        self._roles = [(("engine", *data, "--collector-url", url_of(collector)), console)]
        self._roles += [(("collector", *data, "--console-url", url_of(console)), collector)] * settings.workers
        self._children: list[Child] = []
        self._hasty = 0

    def start(self, woken: socket.socket) -> bool:
        """Returns when every child serves; False when a signal arrives on `woken` before. Raises `BowerbirdError` when
        one does not come up. The engine comes first: when it finds that the stores do not fit together, no collector
        has taken anything."""
        engine, *collectors = self._roles
        for roles in ([engine], collectors):
            group = [Child(*role) for role in roles]
            self._children += group
            if not all(_await(child, woken) for child in group):
                return False
        return True

    def watch(self, woken: socket.socket) -> None:
        """Returns when a signal arrives on `woken`. Raises `BowerbirdError` when a child keeps ending."""
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            while not selector.select(timeout=0.2):
                self._replace_ended()

    def _replace_ended(self) -> None:
        for at, child in enumerate(self._children):
            served = child.served()
            if child.running:
                continue
            role = child.arguments[0]
            self._hasty = self._hasty + 1 if served < _HASTY_SECONDS else 0
            if self._hasty >= _HASTY_ENDS:
                raise BowerbirdError(
                    f"the {role} process keeps ending",
                    "Its own message stands above; `bowerbird doctor` checks the usual causes.",
                )
            self.say(f"the {role} process ended ({_how(child)}) and is started again")
            child.join(0)
            self._children[at] = Child(*self._roles[at])

    def stop(self) -> bool:
        """Collectors first, so that the engine still sees what they accepted. False when one had to be killed."""
        collectors = [child for child in self._children if child.arguments[0] == "collector"]
        engines = [child for child in self._children if child.arguments[0] != "collector"]
        clean = True
        for group in (collectors, engines):
            for child in group:
                child.stop()
            deadline = time.monotonic() + DRAIN_SECONDS
            for child in group:
                clean &= child.join(max(0.1, deadline - time.monotonic()))
        self._children = []
        return clean


def _await(child: Child, woken: socket.socket) -> bool:
    """Whether the child serves; False when a signal came before."""
    with selectors.DefaultSelector() as selector:
        for each in (child, woken):
            selector.register(each, selectors.EVENT_READ)
        selector.select(START_SECONDS)
    if asked_to_end(woken):
        return False
    if not child.wait_ready(0):
        raise BowerbirdError(
            f"the {child.arguments[0]} process did not come up",
            "Its own message stands above; `bowerbird doctor` checks the usual causes.",
        )
    return True


def _how(child: Child) -> str:
    code = child.process.returncode
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def serve(
    settings: Settings,
    woken: socket.socket,
    prepare: Callable[[], None],
    announce: Callable[[Sequence[str]], None],
    say: Callable[[str], None],
) -> bool:
    """Serves until a signal arrives on `woken`, then drains. `prepare` is called when the data directory and both ports
    are ours; `announce` is told the two URLs, collector first, when both serve. Returns whether every child ended by
    itself. Raises `BowerbirdError`."""
    with Ownership(settings.data) as ownership:
        sockets = listen(settings.host, settings.port), listen(settings.host, settings.console_port)
        supervisor = Supervisor(settings, sockets, say)
        try:
            prepare()
            if supervisor.start(woken):
                urls = [url_of(each) for each in sockets]
                ownership.announce(*urls)
                announce(urls)
                supervisor.watch(woken)
            else:
                say("asked to end before everything was ready")
        finally:
            for each in sockets:
                each.close()
            clean = supervisor.stop()
    return clean
