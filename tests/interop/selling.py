"""A seller who is ready to sell, and a buyer."""

import html
import re

import stripe

from driving import browse, pay


def open_shop(mintage) -> tuple[str, str]:
    """Creates the tenant acme with one key type, connected in the sandbox. Returns its management token
    and its checkout key."""
    created = mintage.command("tenant", "create", "--tenant", "acme", "--email", "a@b.test")
    token = created["managementToken"]
    call = lambda method, path, body=None: mintage.call(method, path, token, body)
    product = {"productId": "pro", "displayName": "Pro", "keyPrefix": "ACME"}
    call("POST", "/v1/products", product)
    lifetime = {"keyTypeId": "lifetime", "displayName": "Lifetime", "priceInCents": 4900}
    call("POST", "/v1/products/pro/key-types", {**lifetime, "priceCurrency": "usd"})

    link = call("POST", "/v1/integrations/stripe/connect", {"mode": "sandbox"})["url"]
    start = browse(link)
    page = html.unescape(re.search(r'<form method="get" action="([^"]+)"', start.text)[1])
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', start.text)
    fields = {name: html.unescape(value) for name, value in inputs}
    back = browse(page, {**fields, "decision": "connect", "account": ""}).location
    linked = browse(back, cookie=start.cookie).location
    shown = browse(linked, cookie=start.cookie).text
    key = re.search(r'<code id="checkout-key">([0-9a-f]{64})</code>', shown)[1]
    call("POST", "/v1/integrations/stripe/setup-prices")
    return token, key


def sell(mintage, checkout_key: str):
    """Opens a checkout and pays."""
    wanted = {"product_id": "pro", "key_type_id": "lifetime"}
    wanted |= {"success_url": "https://a.test/thanks", "cancel_url": "https://a.test/no"}
    session = mintage.call("POST", "/api/acme/checkout", checkout_key, wanted)
    assert pay(stripe.StripeObject.construct_from(session, None)).status == 303
