{%- if call.is_signed -%}
import hashlib
import hmac
{% endif -%}
{% if call.has_variables() -%}
import os
{% endif -%}
{% if call.is_signed -%}
import time
{% endif -%}
import urllib.request
{% if let Some(body) = call.body %}
body = rb"""{{ body }}"""
{%- else if call.is_signed %}
body = b""
{%- endif %}
{%- if call.is_signed %}
timestamp = str(time.time_ns() // 1_000_000)
secret = os.environ["MINTAGE_KEY_SECRET"].encode()
signature = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
{%- endif %}
request = urllib.request.Request(
    "{{ call.url }}",
{%- if call.body.is_some() %}
    body,
{%- endif %}
{%- if !call.headers.is_empty() %}
    headers={
{%- for header in call.headers %}
        "{{ header.name }}": {{ header.value.in_python() }},
{%- endfor %}
    },
{%- endif %}
    method="{{ call.method }}",
)
with urllib.request.urlopen(request) as answer:
    print(answer.status, answer.read().decode())
