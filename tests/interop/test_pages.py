"""The pages for people in a real browser: axe has no complaint on a phone and on a desktop, in light and dark, and
a buyer gets the key with and without scripts."""

import re

import pytest

from browser import SIZES, browser
from driving import eventually
from selling import open_shop
from serving import served

LICENSE_KEY = r"ACME(-[0-9A-Z]{4}){4}"


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    with served(tmp_path_factory.mktemp("mintage")) as server:
        yield server


@pytest.fixture(scope="module")
def shop(mintage):
    """The management token and the checkout key of a tenant."""
    return open_shop(mintage)


@pytest.fixture(scope="module")
def window():
    with browser() as window:
        yield window


@pytest.fixture(autouse=True)
def with_scripts(window):
    """Allows scripts again after a test that forbids them."""
    yield
    window.allow_scripts(True)


def open_checkout(mintage, shop) -> str:
    """Opens a checkout without a success URL; returns the payment page."""
    _, key = shop
    wanted = {"product_id": "pro", "key_type_id": "lifetime", "cancel_url": "http://127.0.0.1/no"}
    return mintage.call("POST", "/api/acme/checkout", key, wanted)["url"]


def pay(window, url: str):
    """Pays as a buyer does, and arrives at the thank-you page."""
    window.open(url)
    window.type("[name=email]", "buyer@example.com")
    for name, text in {"card_number": "4242424242424242", "expiry": "12/34", "cvc": "123"}.items():
        window.run("document.querySelector(`[name=${arguments[0]}]`).value = arguments[1]", name, text)
    window.click("form [type=submit], form button")
    eventually(lambda: "/thanks/" in window.url, "the thank-you page")


def await_key(window) -> str:
    find = lambda: re.search(LICENSE_KEY, window.text())
    return eventually(find, "the license key")[0]


def assert_accessible(window, what: str):
    """Holds a page to axe in each size and in both color schemes, and to the width of the screen. A large page,
    which axe reads slowly, is looked at twice only."""
    is_large = window.run("return document.all.length") > 5_000
    schemes = {"phone": ["light"], "desktop": ["dark"]} if is_large else {}
    for size in SIZES:
        window.resize(size)
        for scheme in schemes.get(size, ["light", "dark"]):
            window.prefer(scheme)
            assert window.violations() == [], f"{what} on a {size}, {scheme}"
        overflow = "return document.documentElement.scrollWidth - window.innerWidth"
        assert window.run(overflow) <= 0, f"{what} scrolls sideways on a {size}"


def test_axe_finds_a_fault_that_is_planted(mintage, window):
    window.open(f"{mintage.url}/nowhere")
    window.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")
    window.run("document.querySelector('h1').style.color = '#eee'")
    window.resize("phone")
    window.prefer("light")
    found = {line.partition(":")[0] for line in window.violations()}
    assert {"image-alt", "color-contrast"} <= found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/docs?q=activate",
        "/docs?q=nothing-has-this",
        "/nowhere",
        "/stripe/callback?error=access_denied",
        "/stripe/callback",
        "/thanks/cs_test_unknown",
    ],
)
def test_a_page_without_a_purchase_is_accessible(mintage, window, path):
    window.open(mintage.url + path)
    assert_accessible(window, path)


def test_the_pages_of_connecting_stripe_are_accessible(mintage, shop, window):
    token, _ = shop
    mintage.command("tenant", "create", "--tenant", "other", "--email", "o@b.test")
    other = mintage.command("token", "create", "--tenant", "other", "--scope", "integrations:write")
    body = {"mode": "sandbox"}
    token = other["managementToken"]
    link = mintage.call("POST", "/v1/integrations/stripe/connect", token, body)["url"]
    window.open(link)
    assert_accessible(window, "the page before Stripe")
    window.click("main form button")
    eventually(lambda: "/oauth/authorize" in window.url, "the consent page")
    window.click("[value=connect]")
    eventually(lambda: "/stripe/connected/" in window.url, "the page after Stripe")
    assert re.search(r"\b[0-9a-f]{64}\b", window.text())
    assert_accessible(window, "the page with the checkout key")
    window.open(window.url)
    assert not re.search(r"\b[0-9a-f]{64}\b", window.text()), "the key is shown once"
    assert_accessible(window, "the page that is loaded again")
    window.open(link)
    assert_accessible(window, "the page of a link that is used")


def test_a_buyer_gets_the_key_and_copies_it(mintage, shop, window):
    url = open_checkout(mintage, shop)
    session = re.search(r"cs_test_\w+", url)[0]
    window.open(f"{mintage.url}/thanks/{session}?try=99")
    assert "not confirmed" in window.text()
    assert_accessible(window, "the page of an unpaid checkout")
    pay(window, url)
    key = await_key(window)
    assert "Test mode" in window.text() and "buyer@example.com" not in window.text()
    assert_accessible(window, "the thank-you page")
    window.click(".secret button")
    said = lambda: re.search(r"Copied\.|Selected:", window.text())
    eventually(said, "the result of copying")
    assert_accessible(window, "the thank-you page after copying")
    full = window.url
    window.open(full.partition("?")[0])
    assert key not in window.text(), "the token is in the full address only"
    assert_accessible(window, "the thank-you page without the token")


def test_the_thank_you_page_waits_and_works_without_scripts(mintage, shop, window):
    url = open_checkout(mintage, shop)
    session = re.search(r"cs_test_\w+", url)[0]
    window.allow_scripts(False)
    window.open(f"{mintage.url}/thanks/{session}")
    eventually(lambda: "try=1" in window.url, "the page to load again by itself")
    window.allow_scripts(True)
    pay(window, url)
    window.allow_scripts(False)
    window.open(window.url)
    await_key(window)


def test_the_documentation_is_searched_with_the_keyboard(mintage, window):
    window.open(f"{mintage.url}/docs")
    window.type("#q", "heartbeat post\ue007")
    eventually(lambda: "q=heartbeat" in window.url, "the result")
    assert "1 call has all words" in window.text()
    assert "Record a heartbeat" in window.text()
