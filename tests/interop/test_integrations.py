"""Runs the programs of docs/integrations against a real server: the whole Python app, and the parts of the other
two apps that need neither Electron nor Tauri."""

import json
import os
import re
import subprocess
import sys

import pytest

from driving import eventually, free_port
from selling import open_shop, sell
from serving import ROOT, served

GUIDES = ROOT / "docs" / "integrations"


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a language on a page. A word after the language, such as `js electron`, is another."""
    text = (GUIDES / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    with served(tmp_path_factory.mktemp("mintage")) as server:
        yield server


@pytest.fixture(scope="module")
def sold(mintage):
    """A license key, a publishable key, and a function that counts the active devices."""
    token, checkout_key = open_shop(mintage)
    sell(mintage, checkout_key)
    call = lambda method, path, body=None: mintage.call(method, path, token, body)
    license = eventually(lambda: call("GET", "/v1/licenses")["items"], "the license")[0]
    key = call("POST", f"/v1/licenses/{license['id']}/reveal")["key"]
    wanted = {"productId": "pro", "scope": "PUBLISHABLE", "mode": "sandbox"}
    publishable = call("POST", "/v1/api-keys", wanted)["id"]

    def active() -> int:
        items = call("GET", f"/v1/licenses/{license['id']}/activations")["items"]
        return sum(item["releasedAt"] is None for item in items)

    return key, publishable, active


def run(mintage, publishable, folder, *command, text="", **environment) -> subprocess.CompletedProcess:
    environment = {
        "PATH": os.environ["PATH"],
        "MINTAGE_URL": mintage.url,
        "MINTAGE_PUBLISHABLE_KEY": publishable,
        "MY_APP_FOLDER": str(folder / "data"),
        **environment,
    }
    return subprocess.run(
        command, cwd=folder, input=text, env=environment, capture_output=True, text=True, timeout=60
    )


def test_the_python_app_asks_for_a_key_once_and_goes_on_without_a_network(mintage, sold, tmp_path):
    key, publishable, active = sold
    licensing, app = blocks("python.md", "python")
    (tmp_path / "licensing.py").write_text(licensing)
    (tmp_path / "app.py").write_text(app)
    start = lambda text="", **more: run(
        mintage, publishable, tmp_path, sys.executable, "app.py", text=text, **more
    )
    wrong = start("ACME-0000-0000-0000-0000\n")
    assert wrong.returncode == 1 and "not_found" in wrong.stderr
    first = start(f"{key.lower()}\n")
    assert first.stdout.endswith("Licensed. Welcome!\n"), first.stderr
    assert active() == 1
    assert start().stdout == "Licensed. Welcome!\n", "it asks for no key any more"
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert start(MINTAGE_URL=nowhere).stdout == "Licensed. Welcome!\n"
    state = tmp_path / "data" / "license.json"
    stored = json.loads(state.read_text())
    state.write_text(json.dumps({**stored, "checked_at": stored["checked_at"] - 15 * 86_400}))
    assert start(f"{key}\n", MINTAGE_URL=nowhere).returncode == 1, "two weeks are over"
    program = "import licensing; print(licensing.deactivate(), licensing.deactivate())"
    given_back = run(mintage, publishable, tmp_path, sys.executable, "-c", program)
    assert given_back.stdout == "True False\n", "the second one has nothing to give back"
    assert active() == 0
    assert start("ACME-0000-0000-0000-0000\n").returncode == 1, "it asks for a key again"


def test_the_electron_app_activates_checks_and_deactivates(mintage, sold, tmp_path):
    key, publishable, active = sold
    [licensing] = blocks("electron.md", "js")
    (tmp_path / "licensing.mjs").write_text(licensing)
    (tmp_path / "try.mjs").write_text(
        """
        import { licensing } from "./licensing.mjs";
        const { MINTAGE_URL: url, MINTAGE_PUBLISHABLE_KEY: publishableKey, MY_APP_FOLDER: folder } = process.env;
        const license = licensing({ url, publishableKey, folder });
        const away = licensing({ url: process.argv[3], publishableKey, folder });
        const results = [await license.isLicensed(), await license.activate("ACME-0000-0000-0000-0000")];
        results.push(await license.activate(process.argv[2]), await license.isLicensed());
        results.push(await away.isLicensed(), await license.deactivate(), await license.isLicensed());
        results.push(await license.deactivate());
        console.log(JSON.stringify(results));
        """
    )
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = run(mintage, publishable, tmp_path, "node", "try.mjs", key, nowhere)
    assert done.returncode == 0, done.stderr
    refused = {"valid": False, "reason": "not_found"}
    assert json.loads(done.stdout) == [False, refused, {"valid": True}, True, True, True, False, False]
    assert active() == 0


def test_every_other_program_in_javascript_can_be_read():
    for page, language in [("electron.md", "js electron"), ("tauri.md", "js tauri")]:
        for program in blocks(page, language):
            kind = "commonjs" if "require(" in program else "module"
            checked = subprocess.run(
                ["node", f"--input-type={kind}", "--check", "-"],
                input=program,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert checked.returncode == 0, checked.stderr
