"""When Python looks for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Objects that refer to each other in a circle are not looked for meanwhile, in the whole process.

    A batch makes hundreds of thousands of objects and hardly a circle; looking through them again and again while they
    are needed takes a third of a batch's time.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
