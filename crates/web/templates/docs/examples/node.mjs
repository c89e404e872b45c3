{%- if call.is_signed -%}
import { createHmac } from "node:crypto";
{% endif %}
{%- if let Some(body) = call.body %}
const body = JSON.stringify({{ body }});
{%- else if call.is_signed %}
const body = "";
{%- endif %}
{%- if call.is_signed %}
const timestamp = String(Date.now());
const signature = createHmac("sha256", process.env.MINTAGE_KEY_SECRET)
  .update(`${timestamp}.${body}`)
  .digest("hex");
{%- endif %}
const answer = await fetch("{{ call.url }}", {
  method: "{{ call.method }}",
{%- if !call.headers.is_empty() %}
  headers: {
{%- for header in call.headers %}
    "{{ header.name }}": {{ header.value.in_node() }},
{%- endfor %}
  },
{%- endif %}
{%- if call.body.is_some() %}
  body,
{%- endif %}
});
console.log(answer.status, await answer.text());
