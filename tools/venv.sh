#!/bin/sh
# Makes the virtual environment $1 with the newest Python from 3.11 on, installing Debian's venv package if it is missing.
set -eu
target=$1

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Bowerbird needs Python 3.11 or later; none was found. Install it, or name one: make run PYTHON=/path/to/python3" >&2
    exit 1
}

python=$(find_python)
if [ -x "$target/bin/python" ] && "$target/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null && command -v apt-get >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Installing python$version-venv, which Debian and Ubuntu ship apart from Python" >&2
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq "python$version-venv" >/dev/null
fi
"$python" -m venv "$target"
