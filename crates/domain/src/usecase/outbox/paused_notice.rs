//! The mail that tells a seller that a webhook endpoint was paused.

use crate::base::id::MailId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::outbox::mail::{MailContent, PausedNotice, QueuedMail};
use crate::model::sellers::tenant::Tenant;
use crate::ports::WebhookEndpoints;
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;

/// Builds the mail. It is sent even if the tenant has switched mails off, since the switch is about mails
/// to buyers.
pub(super) fn paused_mail(env: &Env<'_>, tenant: &Tenant, now: Timestamp) -> Write<QueuedMail> {
    let id = MailId::new(now, env.random());
    let (content, to) = (MailContent::WebhookPaused, tenant.email.clone());
    Write::new(QueuedMail::new(id, tenant.id.clone(), content, to, now))
}

/// What the mail says; `None` if the endpoint is not paused any more. The commit that paused the endpoint
/// has queued the mail, so that both have the same time.
pub(super) fn compose_paused_notice(
    store: &(impl WebhookEndpoints + ?Sized),
    mail: &QueuedMail,
) -> Result<Option<PausedNotice>, Failure> {
    let endpoints = store.webhook_endpoints(&mail.tenant)?;
    let mut endpoints = endpoints.into_iter();
    let endpoint = endpoints.find(|it| it.health.paused_at == Some(mail.created_at));
    Ok(endpoint.and_then(|endpoint| {
        let resume_path = if endpoint.is_first() {
            "/v1/webhook/resume".to_owned()
        } else {
            format!("/v1/webhook-endpoints/{}/resume", endpoint.id)
        };
        Some(PausedNotice {
            id: mail.id.clone(),
            to: mail.to.clone(),
            tenant: mail.tenant.clone(),
            url: endpoint.url?,
            resume_path,
            failing_since: endpoint.health.failing_since?,
            paused_at: endpoint.health.paused_at?,
        })
    }))
}
