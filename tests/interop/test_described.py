"""The server answers as its OpenAPI document describes. schemathesis generates valid and invalid calls from the
document, and checks every status, code, header and body against it."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from driving import eventually
from selling import open_shop, sell
from serving import HOOK_SECRET, served

HERE = Path(__file__).parent
CONFIG = (HERE / "described" / "schemathesis.toml").read_text()


UNLIMITED = ",".join(f"{name}=900000" for name in ("issue", "key", "tenant", "token", "failures", "address"))
"""schemathesis sends thousands of calls in seconds, many without a credential; an answer 429 would test nothing."""


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    """A server whose rate limits are never reached."""
    with served(tmp_path_factory.mktemp("mintage"), MINTAGE_RATES=UNLIMITED) as server:
        yield server


@pytest.fixture(scope="module")
def known(mintage):
    """Credentials, and ids of existing objects by the names of fields and path parameters."""
    token, key = open_shop(mintage)
    call = lambda method, path, body=None: mintage.call(method, path, token, body)
    wanted = {"productId": "pro", "scope": "FULL", "mode": "sandbox"}
    api_key = call("POST", "/v1/api-keys", wanted)
    sell(mintage, key)
    sold = eventually(lambda: call("GET", "/v1/licenses")["items"], "the license")[0]
    license_key = call("POST", f"/v1/licenses/{sold['id']}/reveal")["key"]
    callers = {"apiKey": api_key, "token": token, "checkoutKey": key, "stripeSecret": HOOK_SECRET}
    ids = {
        "body.planCode": "lifetime",
        "body.key": license_key,
        "body.productId": "pro",
        "body.product_id": "pro",
        "body.key_type_id": "lifetime",
        "path.productId": "pro",
        "path.tenant": "acme",
    }
    return callers, ids


def run_schemathesis(mintage, known, place: Path, *selection: str) -> int:
    """Runs schemathesis on a selection of the operations; returns how many there were."""
    callers, ids = known
    names = dict(zip(ids, (f"known{index}" for index in range(len(ids)))))
    lines = [f"{name} = {{ values = [{json.dumps(ids[field])}] }}" for field, name in names.items()]
    fields = [
        f'"{field}" = {{ dictionary = "{name}", probability = 0.7 }}'
        for field, name in names.items()
    ]
    config = place / "schemathesis.toml"
    tables = ["[dictionaries]", *lines, "[parameters]", *fields]
    config.write_text("\n".join([CONFIG, *tables, ""]))
    environment = {
        **os.environ,
        "MINTAGE_CALLERS": json.dumps(callers),
        "SCHEMATHESIS_HOOKS": "described.signing",
        "PYTHONPATH": str(HERE),
    }
    program = [Path(sys.executable).parent / "schemathesis", "--config-file", config, "run"]
    command = [*program, f"{mintage.url}/openapi.json", *selection]
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.search(r"Tested: +(\d+)", done.stdout)[1])


def test_the_description_is_valid_openapi(mintage):
    with urllib.request.urlopen(f"{mintage.url}/openapi.json") as answer:
        validate(json.load(answer))


def test_signed_calls_and_checkouts_are_answered_as_described(mintage, known, tmp_path):
    calls = ("--include-tag", "Signed calls", "--include-tag", "Checkout")
    assert run_schemathesis(mintage, known, tmp_path, *calls) >= 7


def test_all_other_calls_are_answered_as_described(mintage, known, tmp_path):
    calls = ("--exclude-tag", "Signed calls", "--exclude-tag", "Checkout")
    assert run_schemathesis(mintage, known, tmp_path, *calls) >= 30
