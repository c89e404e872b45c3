//! The mail that tells a seller that a restricted key needs attention.

use askama::Template;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::outbox::mail::KeyNotice;
use mintage_domain::ports::Message;

#[derive(Template)]
#[template(path = "key_needs_attention.txt", escape = "none")]
struct TextBody<'a> {
    tenant: &'a str,
    mode: &'a str,
    hint: &'a str,
    since: &'a str,
    missing: &'a [&'static str],
}

#[derive(Template)]
#[template(path = "key_needs_attention.html")]
struct HtmlBody<'a> {
    subject: &'a str,
    tenant: &'a str,
    mode: &'a str,
    hint: &'a str,
    since: &'a str,
    missing: &'a [&'static str],
}

/// Renders the message that tells a seller that a restricted key needs attention.
pub(crate) fn key_message(notice: &KeyNotice) -> askama::Result<Message> {
    let subject = format!("Your Stripe key needs attention ({})", notice.tenant);
    let (tenant, mode) = (notice.tenant.as_str(), notice.mode.as_str());
    let (hint, missing) = (notice.hint.as_str(), notice.missing.as_slice());
    let since = &notice.since.to_rfc3339();
    let text = TextBody {
        tenant,
        mode,
        hint,
        since,
        missing,
    };
    let html = HtmlBody {
        subject: &subject,
        tenant,
        mode,
        hint,
        since,
        missing,
    };
    Ok(Message {
        id: notice.id.clone(),
        to: notice.to.clone(),
        reply_to: notice.to.clone(),
        text: Secret::new(text.render()? + "\n"),
        html: Secret::new(html.render()? + "\n"),
        subject,
    })
}

#[cfg(test)]
mod tests {
    use mintage_domain::base::email::Email;
    use mintage_domain::base::id::MailId;
    use mintage_domain::base::mode::Mode;
    use mintage_domain::base::slug::TenantId;
    use mintage_domain::base::time::Timestamp;

    use super::*;

    #[test]
    fn the_notice_says_what_the_key_lacks_or_that_stripe_refuses_it() {
        let notice = |missing| KeyNotice {
            id: MailId::new(Timestamp::EPOCH, [7; 10]),
            to: Email::parse("seller@acme.test").expect("an address"),
            tenant: TenantId::parse("acme").expect("a slug"),
            mode: Mode::Live,
            hint: "rk_live_...abcd".to_owned(),
            missing,
            since: Timestamp::EPOCH,
        };
        for (missing, says) in [
            (vec!["Coupons", "Charges"], "Charges"),
            (vec![], "does not accept"),
        ] {
            let message = key_message(&notice(missing)).expect("a message");
            assert_eq!(message.subject, "Your Stripe key needs attention (acme)");
            for body in [message.text.expose(), message.html.expose()] {
                for part in [says, "rk_live_...abcd", "live", "1970-01-01T00:00:00Z"] {
                    assert!(body.contains(part), "{part}: {body}");
                }
            }
        }
    }
}
