#!/bin/sh
# Checks the simulator, the server's signatures and its OpenAPI document with programs of others: Stripe's
# client, Standard Webhooks, schemathesis. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/../.."

venv=target/interop-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/interop/requirements.txt
cargo build --quiet --locked --workspace --bins
exec "$venv/bin/python" -m pytest -p no:cacheprovider tests/interop "$@"
