"""The examples of /docs: each can be read in its language, and some run as they are."""

import html
import os
import re
import subprocess
import sys

import pytest

from driving import browse
from selling import open_shop
from serving import served

LANGUAGES = ["curl", "Python", "Node", "Rust"]


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    with served(tmp_path_factory.mktemp("mintage")) as server:
        yield server


@pytest.fixture(scope="module")
def examples(mintage) -> dict:
    """The programs by the id of the call and the language."""
    page = browse(f"{mintage.url}/docs").text
    found = {}
    for article in re.findall(r'<article id="(\w+)">(.*?)</article>', page, re.DOTALL):
        id, text = article
        for language, code in re.findall(
            r"<summary>(\w+)</summary><pre><code>(.*?)</code></pre>", text, re.DOTALL
        ):
            found[id, language] = html.unescape(code)
    assert len(found) > 200
    return found


@pytest.fixture(scope="module")
def environment(mintage) -> dict:
    token, key = open_shop(mintage)
    call = lambda path, body: mintage.call("POST", path, token, body)
    call("/v1/products", {"productId": "editor", "displayName": "Editor", "keyPrefix": "EDIT"})
    plan = {"keyTypeId": "lifetime", "displayName": "Lifetime"}
    call("/v1/products/editor/key-types", plan)
    new = {"productId": "editor", "scope": "FULL", "mode": "sandbox"}
    signing = call("/v1/api-keys", new)
    publishable = call("/v1/api-keys", {**new, "scope": "PUBLISHABLE"})
    return {
        "PATH": os.environ["PATH"],
        "MINTAGE_TOKEN": token,
        "MINTAGE_CHECKOUT_KEY": key,
        "MINTAGE_KEY_ID": signing["id"],
        "MINTAGE_KEY_SECRET": signing["secret"],
        "MINTAGE_PUBLISHABLE_KEY": publishable["id"],
    }


def run(*command: str, text: str, **more) -> subprocess.CompletedProcess:
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, **more)


def test_every_call_has_an_example_in_each_language_that_can_be_read(examples):
    calls = {id for id, _ in examples}
    assert set(examples) == {(id, language) for id in calls for language in LANGUAGES}
    for (id, language), code in examples.items():
        if language == "Python":
            compile(code, id, "exec")
        if language == "curl":
            checked = run("sh", "-n", text=code)
            assert checked.returncode == 0, f"{id}: {checked.stderr}"
    # Node starts slowly: all programs are read by one.
    modules = "\n".join(
        "{" + code.replace('import { createHmac } from "node:crypto";', "") + "}"
        for (_, language), code in examples.items()
        if language == "Node"
    )
    checked = run("node", "--input-type=module", "--check", "-", text=modules)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("language", ["curl", "Python", "Node"])
@pytest.mark.parametrize(
    "call, expected",
    [
        ("getServerInfo", '"name":"Mintage"'),
        ("listProducts", '"productId":"editor"'),
        ("issueLicense", '"status":"ACTIVE"'),
        ("validateLicense", '"valid":false'),
        ("recordHeartbeat", '"ok":false'),
        ("createToken", '"managementToken":"mt_'),
    ],
)
def test_an_example_runs_as_it_is(examples, environment, call, expected, language):
    command = {
        "curl": ["sh", "-"],
        "Python": [sys.executable, "-"],
        "Node": ["node", "--input-type=module", "-"],
    }[language]
    done = run(*command, text=examples[call, language], env=environment)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout.replace(": ", ":"), done.stdout
