"""The buyer gets the license key by mail. aiosmtpd receives the mail, and Python's parser reads it."""

import email
import email.policy
import hashlib
import hmac
import json
import time

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from driving import eventually, free_port
from serving import served

# On loopback no TLS is needed.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

USER, PASSWORD = "acme@mail.test", "p@ss:w%rd"


class MailHandler:
    """Stores the mails that it accepts, and gives each answer in `refusals` once."""

    def __init__(self):
        self.accepted = []
        self.refusals = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.accepted.append((envelope, message))
        return "250 accepted"

    def to(self, address: str) -> list:
        return [message for envelope, message in self.accepted if envelope.rcpt_tos == [address]]


class MailServer:
    """An SMTP server on a fixed port, which can be stopped and started. It requires a login."""

    def __init__(self):
        self.port = free_port()
        self.handler = MailHandler()
        self._running = None

    def _login(self, server, session, envelope, mechanism, data):
        known = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == known)

    def up(self):
        self._running = Controller(
            self.handler,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self._login,
            auth_required=True,
            auth_require_tls=False,
        )
        self._running.start()

    def down(self):
        if self._running:
            self._running.stop()
            self._running = None


@pytest.fixture(scope="module")
def smtp():
    server = MailServer()
    yield server
    server.down()


@pytest.fixture(scope="module")
def mailing(tmp_path_factory, smtp):
    """A Mintage server that uses the mail server."""
    settings = {
        "MINTAGE_SMTP_URL": f"smtp://acme%40mail.test:p%40ss%3Aw%25rd@127.0.0.1:{smtp.port}",
        "MINTAGE_MAIL_FROM": '"Żubr & Söhne" <licenses@acme.test>',
    }
    with served(tmp_path_factory.mktemp("mailing"), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def seller(mailing):
    """A tenant with one key type: its management token and a live API key."""
    created = mailing.command("tenant", "create", "--tenant", "acme", "--email", "seller@acme.test")
    token = created["managementToken"]
    product = {"productId": "pro", "displayName": "Żubr <Pro> 数独", "keyPrefix": "ACME"}
    mailing.call("POST", "/v1/products", token, product)
    plan = {"keyTypeId": "lifetime", "displayName": "For Life", "duration": "lifetime"}
    mailing.call("POST", "/v1/products/pro/key-types", token, plan)
    wanted = {"productId": "pro", "scope": "ISSUE_ONLY", "mode": "live"}
    return token, mailing.call("POST", "/v1/api-keys", token, wanted)


def issue(mailing, api_key: dict, buyer: str) -> dict:
    wanted = {"planCode": "lifetime", "customer": {"email": buyer}}
    stamp = str(time.time_ns() // 1_000_000)
    signed = f"{stamp}.{json.dumps(wanted)}".encode()
    signature = hmac.new(api_key["secret"].encode(), signed, hashlib.sha256).hexdigest()
    headers = {"X-KeyStack-Timestamp": stamp, "X-KeyStack-Signature": signature}
    return mailing.call("POST", "/v1/issue", api_key["id"], wanted, **headers)


def mails(mailing, token: str, license: dict) -> list[dict]:
    return mailing.call("GET", f"/v1/licenses/{license['id']}/mails", token)["items"]


def licenses(mailing, token: str, buyer: str) -> list[dict]:
    return mailing.call("GET", f"/v1/licenses?email={buyer}", token)["items"]


def test_a_mail_with_the_key_arrives_as_text_and_as_html(mailing, smtp, seller):
    token, api_key = seller
    smtp.up()
    issued = issue(mailing, api_key, "alice@example.com")
    eventually(lambda: smtp.handler.to("alice@example.com"), "the mail")
    (message,) = smtp.handler.to("alice@example.com")
    assert not message.defects
    assert message["From"].addresses[0].display_name == "Żubr & Söhne"
    assert message["From"].addresses[0].addr_spec == "licenses@acme.test"
    assert message["To"] == "alice@example.com"
    assert message["Reply-To"] == "seller@acme.test"
    assert message["Subject"] == "Your license key for Żubr <Pro> 数独"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    text = message.get_body(["plain"]).get_content()
    html = message.get_body(["html"]).get_content()
    assert issued["key"] in text.split()
    assert "Żubr <Pro> 数独 (For Life)" in text
    assert f">{issued['key']}</p>" in html
    assert "<strong>Żubr &#60;Pro&#62; 数独</strong> (For Life)" in html
    sent = eventually(
        lambda: [it for it in mails(mailing, token, issued) if it["status"] == "sent"], "sent"
    )
    assert message["Message-ID"] == f"<{sent[0]['id']}@acme.test>"


def test_a_mail_arrives_after_the_server_was_down_for_a_while(mailing, smtp, seller):
    token, api_key = seller
    smtp.down()
    buyer = "bob@example.com"
    issued = issue(mailing, api_key, buyer)
    waiting = eventually(
        lambda: [it for it in mails(mailing, token, issued) if it["status"] == "retrying"],
        "a failed attempt",
    )
    assert waiting[0]["attemptCount"] == 1 and waiting[0]["nextAttemptAt"]
    assert waiting[0]["reason"] == "the mail server did not take it: it could not be reached"
    assert not smtp.handler.to(buyer)
    smtp.up()
    eventually(lambda: smtp.handler.to(buyer), "the mail, by the schedule")
    (message,) = smtp.handler.to(buyer)
    assert issued["key"] in message.get_body(["plain"]).get_content()
    assert len(licenses(mailing, token, buyer)) == 1
    assert smtp.handler.accepted[-1][0].mail_from == "licenses@acme.test"


def test_a_mail_that_was_put_off_arrives_once(mailing, smtp, seller):
    token, api_key = seller
    smtp.down()
    smtp.up()
    smtp.handler.refusals.append("451 4.7.1 greylisted")
    buyer = "carol@example.com"
    issued = issue(mailing, api_key, buyer)
    eventually(lambda: smtp.handler.to(buyer), "the mail, by the schedule")
    assert not smtp.handler.refusals
    (sent,) = eventually(
        lambda: [it for it in mails(mailing, token, issued) if it["status"] == "sent"], "sent"
    )
    assert sent["attemptCount"] == 2
    assert len(smtp.handler.to(buyer)) == 1
    assert len(licenses(mailing, token, buyer)) == 1


def test_an_unknown_reader_is_told_to_the_seller(mailing, smtp, seller):
    token, api_key = seller
    smtp.down()
    smtp.up()
    smtp.handler.refusals.append("550 5.1.1 no such user")
    issued = issue(mailing, api_key, "nobody@example.com")
    failed = eventually(
        lambda: [it for it in mails(mailing, token, issued) if it["status"] == "failed"], "failed"
    )
    assert failed[0]["reason"] == "the mail server refused it: 550 5.1.1"
    again = mailing.call("POST", f"/v1/licenses/{issued['id']}/resend", token)
    assert again["to"] == "nobody@example.com"
    eventually(lambda: smtp.handler.to("nobody@example.com"), "the mail, sent again by hand")
