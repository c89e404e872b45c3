// ureq = "3"{% if call.is_signed %}, ring = "0.17", data-encoding = "2"{% endif %}
{%- if call.is_signed %}
use std::time::{SystemTime, UNIX_EPOCH};
{% endif %}
{%- if call.has_variables() %}
use std::env;
{% endif %}
{%- if call.is_signed %}
use ring::hmac;
{% endif %}
fn main() -> Result<(), Box<dyn std::error::Error>> {
{%- if let Some(body) = call.body %}
    let body = r##"{{ body }}"##;
{%- else if call.is_signed %}
    let body = "";
{%- endif %}
{%- if call.is_signed %}
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis().to_string();
    let secret = hmac::Key::new(hmac::HMAC_SHA256, env::var("MINTAGE_KEY_SECRET")?.as_bytes());
    let tag = hmac::sign(&secret, format!("{timestamp}.{body}").as_bytes());
    let signature = data_encoding::HEXLOWER.encode(tag.as_ref());
{%- endif %}
    let mut answer = ureq::{{ call.method|lower }}("{{ call.url }}")
{%- for header in call.headers %}
        .header("{{ header.name }}", {{ header.value.in_rust() }})
{%- endfor %}
{%- if call.body.is_some() %}
        .send(body)?;
{%- else if call.method == "GET" || call.method == "DELETE" %}
        .call()?;
{%- else %}
        .send_empty()?;
{%- endif %}
    println!("{} {}", answer.status(), answer.body_mut().read_to_string()?);
    Ok(())
}
