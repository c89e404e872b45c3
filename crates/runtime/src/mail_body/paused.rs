//! The mail that tells a seller that the webhook endpoint was paused.

use askama::Template;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::outbox::mail::PausedNotice;
use mintage_domain::ports::Message;

#[derive(Template)]
#[template(path = "webhook_paused.txt", escape = "none")]
struct TextBody<'a> {
    url: &'a str,
    resume_path: &'a str,
    tenant: &'a str,
    failing_since: &'a str,
    paused_at: &'a str,
}

#[derive(Template)]
#[template(path = "webhook_paused.html")]
struct HtmlBody<'a> {
    subject: &'a str,
    url: &'a str,
    resume_path: &'a str,
    tenant: &'a str,
    failing_since: &'a str,
    paused_at: &'a str,
}

/// Renders the message that tells a seller that the webhook endpoint was paused.
pub(crate) fn paused_message(notice: &PausedNotice) -> askama::Result<Message> {
    let subject = format!("Your webhook endpoint was paused ({})", notice.tenant);
    let (url, tenant) = (notice.url.as_str(), notice.tenant.as_str());
    let failing_since = &notice.failing_since.to_rfc3339();
    let paused_at = &notice.paused_at.to_rfc3339();
    let resume_path = &notice.resume_path;
    let text = TextBody {
        url,
        resume_path,
        tenant,
        failing_since,
        paused_at,
    };
    let html = HtmlBody {
        subject: &subject,
        url,
        resume_path,
        tenant,
        failing_since,
        paused_at,
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
    use mintage_domain::base::slug::TenantId;
    use mintage_domain::base::time::Timestamp;
    use mintage_domain::base::url::WebUrl;

    use super::*;

    #[test]
    fn the_notice_says_which_endpoint_was_paused_and_how_it_is_resumed() {
        let notice = PausedNotice {
            id: MailId::new(Timestamp::EPOCH, [7; 10]),
            to: Email::parse("seller@acme.test").expect("an address"),
            tenant: TenantId::parse("acme").expect("a slug"),
            url: WebUrl::parse("https://acme.test/?a=<b>&c").expect("a URL"),
            resume_path: "/v1/webhook-endpoints/we_1/resume".to_owned(),
            failing_since: Timestamp::EPOCH,
            paused_at: Timestamp::EPOCH.plus(std::time::Duration::from_hours(30)),
        };
        let message = paused_message(&notice).expect("a message");
        assert_eq!(message.subject, "Your webhook endpoint was paused (acme)");
        let html = message.html.expose();
        assert!(!html.contains("<b>"), "{html}");
        for body in [message.text.expose(), html] {
            for part in [
                "https://acme.test/?a=",
                "1970-01-01T00:00:00Z",
                "1970-01-02T06:00:00Z",
                "POST /v1/webhook-endpoints/we_1/resume",
            ] {
                assert!(body.contains(part), "{part}: {body}");
            }
        }
    }
}
