{%- if call.is_signed -%}
BODY={{ call.shell_body() }}
TIMESTAMP=$(date +%s%3N)
SIGNATURE=$(printf '%s.%s' "$TIMESTAMP" "$BODY" |
  openssl dgst -sha256 -hmac "$MINTAGE_KEY_SECRET" -hex | sed 's/.* //')
{% endif -%}
curl{% if call.method != "GET" %} -X {{ call.method }}{% endif %} '{{ call.url }}'
{%- for header in call.headers %} \
  -H "{{ header.name }}: {{ header.value.in_shell() }}"
{%- endfor %}
{%- if call.is_signed %} \
  -d "$BODY"
{%- else if call.body.is_some() %} \
  -d {{ call.shell_body() }}
{%- endif -%}
