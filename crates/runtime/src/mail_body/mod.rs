//! The body of a mail: its subject, its text and its HTML, from the values that the domain chose.

mod paused;

pub(crate) use paused::paused_message;

use askama::Template;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::text::is_layout_control;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::mail::{LicenseMail, MailedLicense};
use mintage_domain::ports::Message;

const TEST_NOTICE: &str =
    "This is a test: the license is from a sandbox, and no money was paid for it.";

#[derive(Template)]
#[template(path = "license_key.txt", escape = "none")]
struct TextBody<'a> {
    is_test: bool,
    notice: &'a str,
    product: &'a str,
    plan: &'a str,
    key: &'a str,
    validity: &'a str,
    devices: &'a str,
    more: &'a [Another],
}

#[derive(Template)]
#[template(path = "license_key.html")]
struct HtmlBody<'a> {
    subject: &'a str,
    is_test: bool,
    notice: &'a str,
    product: &'a str,
    plan: &'a str,
    key: &'a str,
    validity: &'a str,
    devices: &'a str,
    more: &'a [Another],
}

/// Another license of the same purchase.
struct Another {
    product: String,
    plan: String,
    key: Secret,
    validity: String,
    devices: String,
}

impl Another {
    fn of(license: &MailedLicense) -> Self {
        Self {
            product: one_line(&license.product),
            plan: one_line(&license.plan),
            key: license.key.clone(),
            validity: validity(license.expires_at),
            devices: devices(license.activation_limit),
        }
    }
}

/// Renders the message that brings license keys to their buyer.
pub(crate) fn license_message(mail: &LicenseMail) -> askama::Result<Message> {
    let is_test = mail.mode == Mode::Sandbox;
    let product = one_line(mail.product.as_str());
    let plan = one_line(mail.plan.as_str());
    let prefix = if is_test { "[Test] " } else { "" };
    let keys = if mail.more.is_empty() { "key" } else { "keys" };
    let subject = format!("{prefix}Your license {keys} for {product}");
    let more: Vec<Another> = mail.more.iter().map(Another::of).collect();
    let validity = validity(mail.expires_at);
    let devices = devices(mail.activation_limit);
    let key = mail.key.expose();
    let text = TextBody {
        is_test,
        notice: TEST_NOTICE,
        product: &product,
        plan: &plan,
        key,
        validity: &validity,
        devices: &devices,
        more: &more,
    };
    let html = HtmlBody {
        subject: &subject,
        is_test,
        notice: TEST_NOTICE,
        product: &product,
        plan: &plan,
        key,
        validity: &validity,
        devices: &devices,
        more: &more,
    };
    Ok(Message {
        id: mail.id.clone(),
        to: mail.to.clone(),
        reply_to: mail.reply_to.clone(),
        text: Secret::new(text.render()? + "\n"),
        html: Secret::new(html.render()? + "\n"),
        subject,
    })
}

fn validity(expires_at: Option<Timestamp>) -> String {
    expires_at.map_or_else(
        || "for life".to_owned(),
        |end| {
            let written = end.to_rfc3339();
            let day = written.get(..10).unwrap_or(&written);
            format!("until {day} (UTC)")
        },
    )
}

fn devices(limit: u32) -> String {
    match limit {
        1 => "1 at a time".to_owned(),
        many => format!("up to {many} at a time"),
    }
}

/// Replaces by a space each character that changes the layout, line breaks and marks of direction among
/// them: a name must not begin another header or another line, nor reverse the text after it.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if is_layout_control(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
