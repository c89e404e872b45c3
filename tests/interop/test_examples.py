"""Runs the programs of docs/SIGNED-CALLS.md. All blocks of a language are one program."""

import os
import re
import subprocess
import sys

import pytest

from serving import ROOT

PAGE = (ROOT / "docs" / "SIGNED-CALLS.md").read_text()


def program(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def seller(mintage):
    """A tenant with one key type: its management token and an API key."""
    created = mintage.command("tenant", "create", "--tenant", "acme", "--email", "a@b.test")
    token = created["managementToken"]
    product = {"productId": "pro", "displayName": "Pro", "keyPrefix": "ACME"}
    mintage.call("POST", "/v1/products", token, product)
    plan = {"keyTypeId": "lifetime", "displayName": "Lifetime", "duration": "lifetime"}
    mintage.call("POST", "/v1/products/pro/key-types", token, plan)
    return token, new_key(mintage, token)


def new_key(mintage, token: str, **more) -> dict:
    wanted = {"productId": "pro", "scope": "FULL", "mode": "sandbox", **more}
    return mintage.call("POST", "/v1/api-keys", token, wanted)


def run(mintage, key: dict, *command: str, text: str) -> list[str]:
    """Runs a program of the page from standard input, and returns the lines that it prints."""
    environment = {
        "PATH": os.environ["PATH"],
        "MINTAGE_URL": mintage.url,
        "MINTAGE_KEY_ID": key["id"],
        "MINTAGE_KEY_SECRET": key["secret"] or "",
    }
    done = subprocess.run(
        command, input=text, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def of(mintage, token: str, email: str) -> list[dict]:
    return mintage.call("GET", f"/v1/licenses?email={email}", token)["items"]


def test_the_shell_program_issues_and_validates(mintage, seller):
    token, key = seller
    printed = run(mintage, key, "sh", text=program("sh"))
    assert '"valid":true' in printed[-1]
    assert len(of(mintage, token, "alice@example.com")) == 1


def test_the_python_program_issues_once_and_moves_a_device_in_and_out(mintage, seller):
    token, key = seller
    for _ in range(2):
        printed = run(mintage, key, sys.executable, "-", text=program("python"))
        license, *rest = printed
        assert re.fullmatch(r"lic_\w+ ACTIVE \d{4}-\d\d-\d\dT[\d:.]+Z", license)
        assert rest == ["{'used': 1, 'max': 2}", "True", "True", "True"]
    [found] = of(mintage, token, "bob@example.com")
    assert found["id"] in license, "the second run got the license of the first"
    assert found["metadata"] == {"campaign": "launch-2026"}


def test_the_node_program_issues_validates_and_names_a_bad_field(mintage, seller):
    token, key = seller
    printed = run(mintage, key, "node", "--input-type=module", "-", text=program("js"))
    assert printed == ["true lifetime", "validation/invalid-input customer.email"]
    [found] = of(mintage, token, "carol@example.com")
    assert found["notes"] == "Black Friday"


def test_the_program_that_signs_its_route_makes_equal_calls_at_once(mintage, seller):
    token, _ = seller
    key = new_key(mintage, token, signatureVersion=2)
    printed = run(mintage, key, sys.executable, "-", text=program("python v2"))
    assert printed == ["True", "True"]
    assert len(of(mintage, token, "dora@example.com")) == 1


def test_the_program_without_a_secret_activates_and_validates_and_learns_no_address(mintage, seller):
    token, key = seller
    run(mintage, key, "sh", text=program("sh"))
    [sold, *_] = of(mintage, token, "alice@example.com")
    revealed = mintage.call("POST", f"/v1/licenses/{sold['id']}/reveal", token)
    publishable = new_key(mintage, token, scope="PUBLISHABLE")
    command = ("node", "--input-type=module", "-", revealed["key"])
    printed = run(mintage, publishable, *command, text=program("js publishable"))
    assert printed == ["true true null"]
