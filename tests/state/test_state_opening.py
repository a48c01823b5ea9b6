"""A new data directory's state, opened by all processes at once, as on a first start."""

import subprocess
import sys
from pathlib import Path

OPEN = """
import sys
from pathlib import Path
from bowerbird.state.database import open_sqlite
print("imported", flush=True)
sys.stdin.read()
open_sqlite(Path(sys.argv[1])).dispose()
"""


def test_processes_that_open_a_new_database_together_all_get_it(tmp_path: Path) -> None:
    path = str(tmp_path / "state.db")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    openers = [subprocess.Popen([sys.executable, "-c", OPEN, path], **pipes) for _ in range(4)]
    for each in openers:
        each.stdout.readline()
    for each in openers:
        each.stdin.close()
        each.stdin = None
    failures = [each.communicate()[1] for each in openers]
    assert [each.returncode for each in openers] == [0] * 4, failures
