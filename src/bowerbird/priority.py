"""Who goes first where a machine has fewer cores than work: senders, then visitors, then whoever counts."""

import os
import sys
import threading

BEHIND = 5
"""By how much a thread steps back (`nice`)."""


def step_back() -> None:
    """Lowers the priority of this thread, and of those that it starts from now on; nothing where that is done already,
    or where threads have none of their own (anywhere but on Linux)."""
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    if os.getpriority(os.PRIO_PROCESS, thread) < BEHIND:
        os.setpriority(os.PRIO_PROCESS, thread, BEHIND)
