"""chDB as a process of its own, in `.venv-bench`: reads one query a line, as JSON, and answers with seconds and rows."""

import json
import sys
import time

from chdb.session import Session


def main() -> None:
    session = Session(sys.argv[1])
    for line in sys.stdin:
        sql = json.loads(line)
        started = time.perf_counter()
        result = session.query(sql, "JSONCompactEachRow")
        seconds = time.perf_counter() - started
        rows = [json.loads(row) for row in result.bytes().decode().splitlines()]
        print(json.dumps({"seconds": seconds, "rows": rows}), flush=True)


if __name__ == "__main__":
    main()
