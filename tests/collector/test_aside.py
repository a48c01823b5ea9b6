"""Whose large body is worked on next."""

import asyncio
import threading

import pytest

from bowerbird.collector.aside import Aside
from bowerbird.refusals import Reason, Refused


def test_owners_take_turns() -> None:
    begun, go_on = threading.Event(), threading.Event()
    order: list[int | None] = []

    def first() -> None:
        begun.set()
        go_on.wait(10)

    async def story() -> None:
        aside = Aside()
        running = [asyncio.create_task(aside.run(1, first))]
        await asyncio.to_thread(begun.wait, 10)
        for owner in (1, 1, 1, None, None, 2):
            running.append(asyncio.create_task(aside.run(owner, order.append, owner)))
            await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*running)

    asyncio.run(story())
    assert order[:3] == [None, 2, 1]
    assert sorted(map(str, order)) == ["1", "1", "1", "2", "None", "None"]


def test_one_at_a_time_and_off_the_loop() -> None:
    busy, most, threads = 0, 0, set()

    def step(number: int) -> int:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        threads.add(threading.current_thread())
        busy -= 1
        return number

    async def story() -> list[int]:
        aside = Aside()
        return await asyncio.gather(*(aside.run(number % 3, step, number) for number in range(30)))

    assert asyncio.run(story()) == list(range(30))
    assert most == 1
    assert threading.current_thread() not in threads


def test_a_step_that_fails_ends_its_turn_and_its_refusal_holds_no_body() -> None:
    def refuse() -> None:
        raise Refused(Reason.JSON_MALFORMED)

    async def story() -> None:
        aside = Aside()
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await aside.run(1, refuse)
            assert refuse.__code__ not in [entry.frame.code.raw for entry in refused.traceback]

    asyncio.run(story())
