"""Hooks for schemathesis: add the credential to each call, and sign the calls that need a signature."""

import datetime
import hashlib
import hmac
import itertools
import json
import os
import time

import requests.auth
import schemathesis
from hypothesis import strategies

CALLERS = json.loads(os.environ["MINTAGE_CALLERS"])

# A signature is valid once, so no two calls are signed with the same millisecond. The server accepts a
# timestamp for five minutes before and after its own time, so the counter starts in the past and is never far
# ahead of the clock.
_TIMESTAMPS = itertools.count(int(time.time() * 1000) - 120_000)


def _hmac(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _body(request) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


class Signed(requests.auth.AuthBase):
    """Signs the bytes of the request."""

    def __call__(self, request):
        key, timestamp = CALLERS["apiKey"], str(next(_TIMESTAMPS))
        request.headers["Authorization"] = f"Bearer {key['id']}"
        request.headers["X-KeyStack-Timestamp"] = timestamp
        signed = f"{timestamp}.".encode() + _body(request)
        request.headers["X-KeyStack-Signature"] = _hmac(key["secret"], signed)
        return request


class Stripe(requests.auth.AuthBase):
    """Signs the request as Stripe does."""

    def __call__(self, request):
        now = int(time.time())
        signature = _hmac(CALLERS["stripeSecret"], f"{now}.".encode() + _body(request))
        request.headers["Stripe-Signature"] = f"t={now},v1={signature}"
        return request


class Bearer(requests.auth.AuthBase):
    """Sends a bearer token."""

    def __init__(self, secret: str):
        self.secret = secret

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.secret}"
        return request


def _needs(scheme: str):
    """A filter for operations that need this security scheme."""

    def applies(context) -> bool:
        required = context.operation.definition.raw.get("security", [])
        return any(scheme in one for one in required)

    return applies


for scheme, caller in {
    "apiKey": Signed(),
    "managementToken": Bearer(CALLERS["token"]),
    "checkoutKey": Bearer(CALLERS["checkoutKey"]),
    "stripeSignature": Stripe(),
}.items():
    schemathesis.auth.set_from_requests(caller).apply_to(_needs(scheme))

# The end of a license must be in the future.
_DATES = strategies.dates(datetime.date(2100, 1, 1), datetime.date(9000, 1, 1)).map(str)
schemathesis.openapi.format("date", _DATES)
schemathesis.openapi.format("date-time", _DATES.map("{}T12:00:00Z".format))


@schemathesis.check
def code_is_listed(context, response, case):
    """The error code of an answer is one of those that the call lists."""
    kinds = response.headers.get("content-type", [""])
    if response.status_code < 400 or response.status_code == 405 or "json" not in kinds[0]:
        return
    code = response.json()["error"]["code"]
    listed = case.operation.definition.raw.get("x-error-codes", [])
    assert code in listed, f"{code} is not in x-error-codes"


FIXED_LIMITS = {"createCheckout", "openBuyCheckout", "testWebhookEndpoint"}


@schemathesis.check
def limits_are_far_away(context, response, case):
    """No limit hides an answer, but for those of checkouts, of buy links and of test events, which nobody can change."""
    id = case.operation.definition.raw["operationId"]
    assert response.status_code != 429 or id in FIXED_LIMITS, "this call was not judged"
