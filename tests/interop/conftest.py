"""The fixtures of all tests: a running simulator, a webhook receiver, clients."""

import subprocess

import pytest
import stripe

from driving import Receiver, Simulator, checkout, connect, free_port
from serving import TARGET, served


@pytest.fixture(scope="session")
def receiver():
    """Receives webhooks; its secret is the same for both modes."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def simulator(receiver):
    """The built simulator, with short retry intervals."""
    listen = f"127.0.0.1:{free_port()}"
    program = subprocess.Popen(
        [
            TARGET / "debug" / "mintage-stripe-sim",
            *("--listen", listen),
            *("--control-token", Simulator.control_token),
            *("--redirect-uri", Simulator.redirect_uri),
            *("--retry-millis", "50,50,50"),
            *("--test-webhook", receiver.url, receiver.secret),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = program.stdout.readline().strip()
        assert url == f"http://{listen}", "the program prints its address once it listens"
        yield Simulator(url)
    finally:
        program.kill()
        program.wait()


@pytest.fixture(autouse=True)
def clean(request):
    """Removes faults and recorded requests after each test."""
    yield
    if "simulator" in request.fixturenames:
        simulator = request.getfixturevalue("simulator")
        simulator.control("DELETE", "faults")
        simulator.control("DELETE", "requests")


@pytest.fixture
def client(simulator):
    """The platform's client in test mode, without retries, so that tests see each failure."""
    return simulator.client(simulator.test_key)


@pytest.fixture
def account(simulator, client):
    """An account that was just connected by OAuth in test mode."""
    return connect(simulator, client).stripe_user_id


@pytest.fixture
def direct(account):
    """Options for a direct charge on the connected account."""
    return {"stripe_account": account}


@pytest.fixture
def price(client, direct) -> stripe.Price:
    product = client.v1.products.create({"name": "Acme Pro"}, direct)
    params = {"product": product.id, "currency": "usd", "unit_amount": 2900}
    return client.v1.prices.create(params, direct)


@pytest.fixture
def session(client, direct, price):
    """An open session with a fee of 15 cents."""
    return client.v1.checkout.sessions.create(checkout(price.id, fee=15), direct)


@pytest.fixture(scope="module")
def mintage(tmp_path_factory):
    """The built server, for the tests of one file."""
    with served(tmp_path_factory.mktemp("mintage")) as server:
        yield server
