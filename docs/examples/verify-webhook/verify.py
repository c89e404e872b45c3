"""Verifies the signatures of a webhook from Mintage. Needs only Python's standard library.

As a program it reads a request from standard input, as the request arrived, and the signing secret from
WEBHOOK_SECRET:

    WEBHOOK_SECRET=whsec_... python3 verify.py < request.txt
"""

import base64
import hashlib
import hmac
import os
import sys
import time

# A request that is older than this may be a captured one that is sent again.
TOLERANCE_SECONDS = 300


class Refused(Exception):
    """The request is not from Mintage, or it is too old."""


def check_time(timestamp: str, now: int) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise Refused("the timestamp is not a number")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise Refused("the timestamp is too far from the time of this machine")


def check_signature(expected: str, candidates: list[str]) -> None:
    """While a secret is rotated, a request is signed with the old and the new one: one match is enough."""
    # Compared as bytes, since compare_digest refuses text beyond ASCII.
    if not any(hmac.compare_digest(expected.encode(), it.encode()) for it in candidates):
        raise Refused("no signature matches")


def verify_keylight(secret: str, headers: dict[str, str], body: bytes, now: int) -> None:
    """X-Keylight-Signature: t=<seconds>,v1=<hex>[,v1=<hex>...]; the key is the whole text of the secret."""
    fields = [it.strip().partition("=") for it in headers["x-keylight-signature"].split(",")]
    timestamp = next((value for name, _, value in fields if name == "t"), "")
    check_time(timestamp, now)
    signed = timestamp.encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    check_signature(expected, [value for name, _, value in fields if name == "v1"])


def verify_standard_webhooks(secret: str, headers: dict[str, str], body: bytes, now: int) -> None:
    """webhook-signature: v1,<base64>[ v1,<base64>...]; the key is what the base64 after whsec_ encodes."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    check_time(timestamp, now)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = message_id.encode() + b"." + timestamp.encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fields = [it.partition(",") for it in headers["webhook-signature"].split(" ")]
    check_signature(expected, [value for version, _, value in fields if version == "v1"])


def verify(secret: str, headers: dict[str, str], body: bytes, now: int) -> None:
    """Verifies the signature of either kind, or both. The names of the headers are in lower case, and the
    body is the bytes that arrived: parse them afterwards."""
    checks = [
        check
        for name, check in (
            ("x-keylight-signature", verify_keylight),
            ("webhook-signature", verify_standard_webhooks),
        )
        if name in headers
    ]
    if not checks:
        raise Refused("the request is not signed")
    for check in checks:
        check(secret, headers, body, now)


def main() -> None:
    head, _, body = sys.stdin.buffer.read().partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    try:
        # WEBHOOK_NOW is for tests.
        now = int(os.environ.get("WEBHOOK_NOW", time.time()))
        verify(os.environ["WEBHOOK_SECRET"], headers, body, now)
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")
    print("accepted")


if __name__ == "__main__":
    main()
