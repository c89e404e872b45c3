"""Clients that generators write from the OpenAPI document: they load, compile and sell a license."""

import hashlib
import hmac
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from selling import open_shop
from serving import ROOT

DOCUMENT = ROOT / "docs" / "openapi.json"
NODE = Path(__file__).parent / "node"


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The package that openapi-python-client writes, with all of its modules loaded."""
    folder = tmp_path_factory.mktemp("generated")
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"post_hooks": [], "package_name_override": "mintage_client"}))
    generator = Path(sys.executable).parent / "openapi-python-client"
    said = run(
        generator, "generate", "--meta", "none", "--fail-on-warning",
        *("--path", DOCUMENT, "--config", settings, "--output-path", folder / "mintage_client"),
    )
    assert "warning" not in said.lower(), said
    sys.path.insert(0, str(folder))
    try:
        package = importlib.import_module("mintage_client")
        modules = pkgutil.walk_packages(package.__path__, "mintage_client.")
        assert len([importlib.import_module(module.name) for module in modules]) > 100
        yield package
    finally:
        sys.path.remove(str(folder))


def signing(secret: str):
    """Signs each request of a client, by version 1."""

    def sign(request: httpx.Request):
        stamp = str(int(time.time()))
        text = stamp.encode() + b"." + request.content
        request.headers["X-KeyStack-Timestamp"] = stamp
        request.headers["X-KeyStack-Signature"] = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()

    return {"event_hooks": {"request": [sign]}}


def test_the_python_client_opens_a_checkout_and_issues_and_validates_a_license(client, mintage):
    token, checkout_key = open_shop(mintage)
    from mintage_client import AuthenticatedClient, models
    from mintage_client.api.catalog import create_api_key
    from mintage_client.api.checkout import create_checkout
    from mintage_client.api.sales import list_licenses
    from mintage_client.api.signed_calls import issue_license, validate_license

    caller = lambda token, **more: AuthenticatedClient(base_url=mintage.url, token=token, **more)
    wanted = models.CreateCheckoutRequest(
        product_id="pro", key_type_id="lifetime", success_url="https://a.test/thanks", cancel_url="https://a.test/no"
    )
    opened = create_checkout.sync("acme", client=caller(checkout_key), body=wanted)
    assert isinstance(opened, models.CheckoutSession), opened

    manager = caller(token)
    request = models.CreateApiKeyRequest.from_dict({"productId": "pro", "scope": "FULL", "mode": "sandbox"})
    key = create_api_key.sync(client=manager, body=request)
    app = caller(key.id, httpx_args=signing(key.secret))
    request = models.IssueLicenseRequest.from_dict({"planCode": "lifetime", "customer": {"email": "ada@example.com"}})
    issued = issue_license.sync(client=app, body=request)
    assert isinstance(issued, models.IssuedLicense), issued
    request = models.ValidateLicenseRequest.from_dict({"key": issued.key, "fingerprint": "a-machine"})
    verdict = validate_license.sync(client=app, body=request)
    assert verdict.valid is True and verdict.status.value == "ACTIVE"
    licenses = list_licenses.sync(client=manager).items
    assert [license.id for license in licenses] == [issued.id]

    refused = issue_license.sync(client=app, body=models.IssueLicenseRequest.from_dict({"planCode": "x", "customer": {"email": "ada@example.com"}}))
    assert isinstance(refused, models.Error) and "/" in refused.error.code


TYPESCRIPT = """
import createClient from "openapi-fetch";
import type { components, paths } from "./mintage";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

export async function sell(): Promise<string | undefined> {
  const { data, error } = await client.POST("/api/{tenant}/checkout", {
    params: { path: { tenant: "acme" } },
    body: { product_id: "pro", key_type_id: "lifetime", success_url: "https://a.test", cancel_url: "https://a.test" },
  });
  if (error) throw new Error(error.error.code);
  return data.url;
}

export async function validate(key: string): Promise<boolean | undefined> {
  const { data } = await client.POST("/v1/validate", { body: { key, fingerprint: "a-machine" } });
  return data?.valid;
}

export function received(event: components["schemas"]["LicenseEvent"]): string {
  return event.event === "license.created" ? event.key : event.license_id;
}

// @ts-expect-error a field that does not exist is no field
export const wrong = (event: components["schemas"]["LicenseEvent"]) => event.licence;
"""


def test_the_types_of_openapi_typescript_compile_with_calls_of_a_client(tmp_path):
    assert shutil.which("npm"), "npm, which comes with Node"
    # Installed once beside the Python environment, from the lock file.
    tools = ROOT / "target" / "interop-node"
    tools.mkdir(parents=True, exist_ok=True)
    for name in ["package.json", "package-lock.json"]:
        shutil.copy(NODE / name, tools / name)
    if not (tools / "node_modules" / ".package-lock.json").exists():
        run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=tools, env={**os.environ, "CI": "true"})
    bin = tools / "node_modules" / ".bin"
    run(bin / "openapi-typescript", DOCUMENT, "--output", tmp_path / "mintage.ts")
    (tmp_path / "app.ts").write_text(TYPESCRIPT)
    (tmp_path / "node_modules").symlink_to(tools / "node_modules")
    run(
        bin / "tsc", "--strict", "--noEmit", "--target", "es2022", "--module", "es2022",
        *("--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable", "app.ts"),
        cwd=tmp_path,
    )
