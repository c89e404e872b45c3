"""A sale through the server, judged from outside: Stripe's official client and the Standard
Webhooks library accept what it signs."""

import hashlib
import hmac
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import standardwebhooks
import stripe

from conftest import TARGET
from driving import PATIENCE, Simulator, browse, eventually, free_port, pay

HOOK_SECRET = "whsec_interopSandbox"


class Inbox:
    """The seller's endpoint: keeps what arrives, headers and raw body."""

    def __init__(self):
        self.deliveries = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.deliveries.append((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/licenses"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hear(self, event: str):
        find = lambda: [d for d in self.deliveries if json.loads(d[1])["event"] == event]
        headers, body = eventually(find, event)[0]
        return {name.lower(): value for name, value in headers.items()}, body

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Mintage:
    """A running server, as its clients see it."""

    def __init__(self, url: str, environment: dict):
        self.url, self.environment = url, environment

    def call(self, method: str, path: str, token: str | None = None, body=None, **headers):
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", **headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def ready(self) -> bool:
        try:
            return self.call("GET", "/readyz")["status"] == "ready"
        except urllib.error.URLError:
            return False

    def command(self, *words: str) -> dict:
        program = [TARGET / "debug" / "mintage", *words, "--json"]
        done = subprocess.run(program, env=self.environment, check=True, capture_output=True)
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def inbox():
    inbox = Inbox()
    yield inbox
    inbox.close()


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    """The built server on a database of its own, with a simulator that knows it."""
    ours, theirs = (f"127.0.0.1:{free_port()}" for _ in range(2))
    environment = {
        "MINTAGE_LISTEN": ours,
        "DATABASE_URL": f"sqlite://{tmp_path_factory.mktemp('mintage')}/mintage.db",
        "MINTAGE_ALLOW_NETS": "127.0.0.0/8",
        "STRIPE_API_URL": f"http://{theirs}",
        "STRIPE_CONNECT_URL": f"http://{theirs}",
        "STRIPE_SANDBOX_CONNECT_CLIENT_ID": Simulator.client_ids["test"],
        "STRIPE_SANDBOX_SECRET_KEY": Simulator.test_key,
        "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET": HOOK_SECRET,
    }
    simulator = [
        TARGET / "debug" / "mintage-stripe-sim",
        *("--listen", theirs),
        *("--redirect-uri", f"http://{ours}/stripe/callback"),
        *("--test-webhook", f"http://{ours}/api/stripe/webhook/connect", HOOK_SECRET),
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    programs = [
        subprocess.Popen(simulator, **quiet),
        subprocess.Popen([TARGET / "debug" / "mintage", "serve"], env=environment, **quiet),
    ]
    try:
        server = Mintage(f"http://{ours}", environment)
        eventually(server.ready, "the server")
        yield server
    finally:
        for program in programs:
            program.kill()
            program.wait()


@pytest.fixture(scope="module")
def sale(mintage, inbox):
    """A license sold: what the seller's endpoint got, and what signs and validates it."""
    made = mintage.command("tenant", "create", "--id", "acme", "--email", "a@b.test")
    token = made["managementToken"]
    call = lambda method, path, body=None: mintage.call(method, path, token, body)
    product = {"productId": "pro", "displayName": "Pro", "keyPrefix": "ACME"}
    call("POST", "/v1/products", product)
    lifetime = {"keyTypeId": "lifetime", "displayName": "Lifetime", "priceInCents": 4900}
    call("POST", "/v1/products/pro/key-types", {**lifetime, "priceCurrency": "usd"})
    secret = call("PUT", "/v1/webhook", {"url": inbox.url})["signingSecret"]

    authorize = call("POST", "/v1/integrations/stripe/connect", {"mode": "sandbox"})["url"]
    page, _, query = authorize.partition("?")
    fields = dict(part.split("=", 1) for part in query.split("&"))
    fields = {name: urllib.parse.unquote(value) for name, value in fields.items()}
    back = browse(page, {**fields, "decision": "connect", "account": ""}).location
    key = re.search(r'<code id="checkout-key">([0-9a-f]{64})</code>', browse(back).text)[1]
    call("POST", "/v1/integrations/stripe/setup-prices")

    wanted = {"product_id": "pro", "key_type_id": "lifetime"}
    wanted |= {"success_url": "https://a.test/thanks", "cancel_url": "https://a.test/no"}
    session = mintage.call("POST", "/api/acme/checkout", key, wanted)
    assert pay(stripe.StripeObject.construct_from(session, None)).status == 303
    headers, body = inbox.hear("license.created")
    api_key = call("POST", "/v1/api-keys", {"productId": "pro", "scope": "FULL", "mode": "sandbox"})
    return headers, body, secret, api_key


def test_the_event_has_exactly_the_published_fields(sale):
    event = json.loads(sale[1])
    published = {"event", "tenant_id", "key", "product_id", "key_type_id", "customer_email"}
    envelope = {"id", "created", "version", "mode"}
    assert set(event) == published | envelope | {"session_id"}
    assert event["tenant_id"] == "acme" and event["customer_email"] == "ada@example.com"
    assert re.fullmatch(r"ACME(-[0-9A-HJKMNP-TV-Z]{4}){4}", event["key"])


def test_stripes_client_accepts_our_signature(sale):
    headers, body, secret, _ = sale
    signature = headers["x-keylight-signature"]
    assert stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=300)
    with pytest.raises(stripe.SignatureVerificationError):
        forged = body.decode().replace("ACME", "ACMF")
        stripe.WebhookSignature.verify_header(forged, signature, secret, tolerance=300)


def test_the_standard_webhooks_library_accepts_our_signature(sale):
    headers, body, secret, _ = sale
    judge = standardwebhooks.Webhook(secret)
    assert judge.verify(body, headers)["event"] == "license.created"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        judge.verify(body + b" ", headers)


def test_a_client_written_for_the_published_pages_validates_the_key(mintage, sale):
    _, body, _, api_key = sale
    asked = {"key": json.loads(body)["key"], "fingerprint": "a-machine"}
    stamp = str(int(time.time()))
    signed = f"{stamp}.{json.dumps(asked)}".encode()
    signature = hmac.new(api_key["secret"].encode(), signed, hashlib.sha256).hexdigest()
    headers = {"X-KeyStack-Timestamp": stamp, "X-KeyStack-Signature": signature}
    verdict = mintage.call("POST", "/v1/validate", api_key["id"], asked, **headers)
    assert verdict["valid"] is True and verdict["status"] == "ACTIVE"
    with pytest.raises(urllib.error.HTTPError) as replay:
        mintage.call("POST", "/v1/validate", api_key["id"], asked, **headers)
    assert replay.value.code == 401
    assert json.load(replay.value)["error"]["code"] == "api/timestamp-replay"
