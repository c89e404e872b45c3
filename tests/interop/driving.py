"""What a seller and a buyer do in a browser, and a webhook receiver."""

import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

TIMEOUT = 10.0
"""How many seconds to wait for background work and answers."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@dataclass
class Page:
    """A page as received, without following redirects."""

    status: int
    text: str
    location: str | None
    cookie: str | None = None

    @property
    def query(self) -> dict:
        """The query parameters of the redirect's location."""
        parts = urllib.parse.urlsplit(self.location)
        return dict(urllib.parse.parse_qsl(parts.query))


def browse(url: str, fields: dict | None = None, cookie: str | None = None) -> Page:
    """Gets a page, or posts a form to it."""
    body = urllib.parse.urlencode(fields).encode() if fields is not None else None
    request = urllib.request.Request(url, body, {"Cookie": cookie} if cookie else {})
    try:
        answer = urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
        location = answer.headers.get("Location")
        return Page(answer.status, answer.read().decode(), location, cookie or None)


def pay(session, number="4242424242424242", **more) -> Page:
    """Fills in the checkout page and pays."""
    card = {"card_number": number, "expiry": "12/34", "cvc": "123"}
    return browse(session.url, {"email": "ada@example.com", **card, **more})


@dataclass
class Simulator:
    url: str
    control_token = "sim_control_of_tests"
    test_key = "sk_test_SimPlatform"
    live_key = "sk_live_SimPlatform"
    client_ids = {"test": "ca_SimTest", "live": "ca_SimLive"}
    redirect_uri = "http://shop.test/stripe/callback?from=stripe"

    def client(self, key: str) -> stripe.StripeClient:
        addresses = {"api": self.url, "connect": self.url}
        return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=0)

    def control(self, method: str, path: str, /, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.control_token}",
        }
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return json.load(answer)


def consent_fields(simulator: Simulator, **more) -> dict:
    return {
        "response_type": "code",
        "client_id": simulator.client_ids["test"],
        "scope": "read_write",
        "state": "s t&te",
        "redirect_uri": simulator.redirect_uri,
        **more,
    }


def consent(simulator: Simulator, **more) -> Page:
    """Posts the consent page with the decision to connect, or another `decision`."""
    fields = consent_fields(simulator, **{"decision": "connect", "account": "", **more})
    return browse(f"{simulator.url}/oauth/authorize", fields)


def connect(simulator: Simulator, client: stripe.StripeClient, **more):
    """Connects an account by OAuth; returns the token response."""
    code = consent(simulator, **more).query["code"]
    return client.oauth.token({"grant_type": "authorization_code", "code": code})


def checkout(price: str, fee: int | None = None, **more) -> dict:
    """The parameters of a checkout session for one unit of `price`."""
    data = {"metadata": {"order": "o-1"}}
    if fee is not None:
        data["application_fee_amount"] = fee
    return {
        "mode": "payment",
        "line_items": [{"price": price, "quantity": 1}],
        "success_url": "http://shop.test/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart",
        "client_reference_id": "o-1",
        "metadata": {"tenant_id": "acme"},
        "payment_intent_data": data,
        **more,
    }


def subscribing(price: str, **more) -> dict:
    """The parameters of a checkout session that begins a subscription to `price`."""
    wanted = checkout(price, mode="subscription", **more)
    del wanted["payment_intent_data"]
    return wanted


def eventually(look, what: str):
    """Waits until `look` returns something true, and returns it."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {TIMEOUT} s for {what}")


class Receiver:
    """A webhook endpoint on loopback that checks the signature of each event."""

    secret = "whsec_interop"

    def __init__(self):
        self.events = []
        self.refused = []
        self._refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.receive(body, self.headers["Stripe-Signature"]))
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def refuse_next(self, times: int):
        self._refusals = times

    def receive(self, body: bytes, signature: str) -> int:
        event = stripe.Webhook.construct_event(body, signature, self.secret)
        if self._refusals:
            self._refusals -= 1
            self.refused.append(event)
            return 500
        self.events.append(event)
        return 200

    def of(self, account: str) -> list:
        return [event for event in self.events if event.account == account]

    def wait_for(self, account: str, kind: str):
        """Waits for an event of this kind for this account."""
        find = lambda: [event for event in self.of(account) if event.type == kind]
        return eventually(find, f"{kind} of {account}")[-1]
