"""chDB as a process of its own, in `.venv-bench`: reads one query a line, as JSON, and answers with seconds, CPU
seconds of all its threads, and rows."""

import json
import sys
import time

from chdb.session import Session


def main() -> None:
    session = Session(sys.argv[1])
    for line in sys.stdin:
        sql = json.loads(line)
        started, cpu_started = time.perf_counter(), time.process_time()
        result = session.query(sql, "JSONCompactEachRow")
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        rows = [json.loads(row) for row in result.bytes().decode().splitlines()]
        print(json.dumps({"seconds": seconds, "cpu": cpu, "rows": rows}), flush=True)


if __name__ == "__main__":
    main()
