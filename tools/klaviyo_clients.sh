#!/bin/sh
# Makes the environments in which Klaviyo's own Python clients run: .venv-klaviyo-1 (flat revision) and
# .venv-klaviyo-25 (nested). One that holds its requirements already is left as it is.
set -eu
cd "$(dirname "$0")/.."
for major in 1 25; do
    requirements="tests/dialects/klaviyo_clients/requirements-$major.txt"
    environment=".venv-klaviyo-$major"
    if cmp -s "$requirements" "$environment/installed.txt"; then
        continue
    fi
    rm -rf "$environment"
    sh tools/venv.sh "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    cp "$requirements" "$environment/installed.txt"
done
