"""Checks the test vectors of our signatures with hmac and hashlib only."""

import hashlib
import hmac
import json

import pytest

from serving import ROOT

VECTORS = json.loads((ROOT / "docs" / "signature-vectors.json").read_text("utf-8"))["vectors"]


def signature(vector: dict) -> str:
    if vector["version"] == 1:
        text = f"{vector['timestamp']}.{vector['body']}"
    else:
        parts = ("timestamp", "nonce", "method", "target", "body")
        text = "\n".join(["v2", *(vector[part] for part in parts)])
    tag = hmac.new(vector["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    return tag if vector["version"] == 1 else f"v2={tag}"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda it: f"v{it['version']}: {it['name']}")
def test_a_golden_vector_can_be_made_from_its_description(vector):
    assert signature(vector) == vector["signature"]
