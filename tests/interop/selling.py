"""A seller who is ready to sell, and a buyer."""

import re
import urllib.parse

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

    authorize = call("POST", "/v1/integrations/stripe/connect", {"mode": "sandbox"})["url"]
    page, _, query = authorize.partition("?")
    fields = dict(part.split("=", 1) for part in query.split("&"))
    fields = {name: urllib.parse.unquote(value) for name, value in fields.items()}
    back = browse(page, {**fields, "decision": "connect", "account": ""}).location
    key = re.search(r'<code id="checkout-key">([0-9a-f]{64})</code>', browse(back).text)[1]
    call("POST", "/v1/integrations/stripe/setup-prices")
    return token, key


def sell(mintage, checkout_key: str):
    """Opens a checkout and pays."""
    wanted = {"product_id": "pro", "key_type_id": "lifetime"}
    wanted |= {"success_url": "https://a.test/thanks", "cancel_url": "https://a.test/no"}
    session = mintage.call("POST", "/api/acme/checkout", checkout_key, wanted)
    assert pay(stripe.StripeObject.construct_from(session, None)).status == 303
