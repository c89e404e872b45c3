#!/bin/sh
# Holds the simulator, what the server signs, and what it says of itself to outside judges. Arguments
# go to pytest.
set -eu
cd "$(dirname "$0")/../.."

venv=target/interop-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/interop/requirements.txt
cargo build --quiet --locked --workspace --bins
exec "$venv/bin/python" -m pytest -p no:cacheprovider tests/interop "$@"
