"""A request of the short way, and its answer."""

import logging
from asyncio import CancelledError, Future
from typing import TYPE_CHECKING, Any, ClassVar

from bowerbird.collector.answer_bytes import answer_bytes
from bowerbird.collector.cross_origin import readable
from bowerbird.collector.dialects.base import Reply
from bowerbird.collector.endpoint import Head
from bowerbird.collector.routing import Target

if TYPE_CHECKING:
    from bowerbird.collector.direct import Direct

_logger = logging.getLogger(__name__)
_BROKEN = Reply(500, b"Internal Server Error", b"text/plain; charset=utf-8")


class _Unheard:
    def set(self) -> None: ...


class Exchange:
    """A request and its answer. To uvicorn's protocol it is a `RequestResponseCycle`."""

    __slots__ = (
        "_connection", "_head", "_steps", "_target", "body", "disconnected", "keep_alive", "more_body",
        "response_complete",
    )  # fmt: skip
    message_event: ClassVar = _Unheard()

    def __init__(self, connection: "Direct", target: Target, head: Head, keep_alive: bool) -> None:
        self.body = b""
        self.more_body = True
        self.disconnected = False
        self.response_complete = False
        self.keep_alive = keep_alive
        self._connection = connection
        self._target = target
        self._head = head

    def start(self) -> None:
        self.more_body = False
        self._steps = self._connection.answering(self._target, self._head, self.body)
        self._go_on(None)

    def _go_on(self, _: "Future[Any] | None") -> None:
        """Runs the endpoint until it waits or has an answer, as a task does, which would begin one turn later."""
        try:
            awaited = self._steps.send(None)
        except StopIteration as ended:
            self._respond(ended.value)
        except (Exception, CancelledError):
            self._fail()
        else:
            self._wait_for(awaited)

    def _wait_for(self, awaited: "Future[Any] | None") -> None:
        """What a task does with what its coroutine yields: a future that is awaited, or None for the next turn."""
        if awaited is None:
            self._connection.loop.call_soon(self._go_on, None)
        else:
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(self._go_on)

    def _respond(self, reply: Reply) -> None:
        if self._target.route.cross_origin:
            reply = readable(reply)
        try:
            answer = answer_bytes(reply, self._connection.server_state.default_headers, self.keep_alive)
        except ValueError:
            self._fail()
        else:
            self._end(answer)

    def _fail(self) -> None:
        """Where even the endpoint's own answer to a fault could not be made."""
        _logger.exception("%s %s could not be answered", self._head.method, self._head.path)
        self.keep_alive = False
        self._end(answer_bytes(_BROKEN, self._connection.server_state.default_headers, keep_alive=False))

    def _end(self, answer: bytes) -> None:
        self.response_complete = True
        if not self.disconnected:
            self._connection.send(answer, self.keep_alive)
        self._connection.on_response_complete()
