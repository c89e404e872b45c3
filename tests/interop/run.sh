#!/bin/sh
# Checks the simulator, the server's signatures, its OpenAPI document and its pages with programs of others:
# Stripe's client, Standard Webhooks, schemathesis, axe in a browser. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/../.."

venv=target/interop-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/interop/requirements.txt
# Of this package only axe.min.js is used, so it comes without the browser library that it belongs to.
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8
cargo build --quiet --locked --workspace --bins
exec "$venv/bin/python" -m pytest -p no:cacheprovider tests/interop "$@"
