#!/bin/sh
# All benchmarks, one after the other. What they compare with is installed where that is allowed; else it is skipped.
set -eu
cd "$(dirname "$0")/.."
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    missing=""
    command -v wrk >/dev/null 2>&1 || missing="wrk"
    command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
    if [ -n "$missing" ]; then
        { apt-get update -qq && apt-get install -y -qq $missing >/dev/null; } || echo "not installed: $missing" >&2
    fi
fi
if ! cmp -s bench/requirements.lock .venv-bench/installed.txt; then
    rm -rf .venv-bench
    sh tools/venv.sh .venv-bench
    .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.lock
    cp bench/requirements.lock .venv-bench/installed.txt
fi
for name in ${*:-collect process freshness storage insights insights_live}; do
    .venv/bin/python "bench/$name.py"
done
