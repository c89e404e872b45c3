"""A sale through the server. Stripe's official client and the Standard Webhooks library accept its
signatures."""

import hashlib
import hmac
import json
import re
import time
import urllib.error

import jsonschema
import pytest
import standardwebhooks
import stripe

from selling import open_shop, sell
from serving import Inbox


@pytest.fixture(scope="module")
def inbox():
    inbox = Inbox()
    yield inbox
    inbox.close()


@pytest.fixture(scope="module")
def sale(mintage, inbox):
    """A sold license: the headers and the body of its delivery, the signing secret, and an API key."""
    token, checkout_key = open_shop(mintage)
    call = lambda method, path, body=None: mintage.call(method, path, token, body)
    secret = call("PUT", "/v1/webhook", {"url": inbox.url})["signingSecret"]
    sell(mintage, checkout_key)
    headers, body = inbox.wait_for("license.created")
    api_key = call("POST", "/v1/api-keys", {"productId": "pro", "scope": "FULL", "mode": "sandbox"})
    return headers, body, secret, api_key


def test_the_event_has_exactly_the_published_fields(sale):
    event = json.loads(sale[1])
    published = {"event", "tenant_id", "key", "product_id", "key_type_id", "customer_email"}
    envelope = {"id", "created", "version", "mode"}
    facts = {"license_id", "order_id", "customer_id", "external_id", "occurred_at", "sequence"}
    state = {"status", "reason", "expires_at", "metadata"}
    assert set(event) == published | envelope | facts | state | {"session_id"}
    assert event["tenant_id"] == "acme" and event["customer_email"] == "ada@example.com"
    assert re.fullmatch(r"ACME(-[0-9A-HJKMNP-TV-Z]{4}){4}", event["key"])


def test_the_event_is_as_the_server_describes_it(mintage, sale):
    headers, event = sale[0], json.loads(sale[1])
    described = mintage.call("GET", "/openapi.json")
    shape = described["components"]["schemas"]["LicenseEvent"]
    named = set(re.findall("`([A-Za-z-]+)`", shape["description"]))
    assert len(named) == 5 and {name.lower() for name in named} <= set(headers)
    whole = {**shape, "components": described["components"]}
    jsonschema.validate(event, whole, jsonschema.Draft202012Validator)
    assert set(event) == set(shape["required"]), "the other fields belong to other events"


def test_stripes_client_accepts_our_signature(sale):
    headers, body, secret, _ = sale
    signature = headers["x-keylight-signature"]
    assert stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=300)
    with pytest.raises(stripe.SignatureVerificationError):
        forged = body.decode().replace("ACME", "ACMF")
        stripe.WebhookSignature.verify_header(forged, signature, secret, tolerance=300)


def test_the_standard_webhooks_library_accepts_our_signature(sale):
    headers, body, secret, _ = sale
    verifier = standardwebhooks.Webhook(secret)
    assert verifier.verify(body, headers)["event"] == "license.created"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verifier.verify(body + b" ", headers)


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
