//! The mail server. Licenses are issued and delivered to endpoints without one, so nothing here fails.

use std::time::Duration;

use mintage_smtp::{Encryption, SmtpMail};

use super::check::Check;
use super::report::{Finding, Report};
use crate::config::MailConfig;

/// How long the mail server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn check(report: &mut Report, config: Option<&MailConfig>) {
    let Some(MailConfig { server, from }) = config else {
        return report.add(Finding::warning(
            Check::Mail,
            "no mail server is set up: license keys are not mailed to buyers",
            "Set MINTAGE_SMTP_URL and MINTAGE_MAIL_FROM, unless every seller sends the keys by a webhook.",
        ));
    };
    let found = format!("by {server}, from {from}");
    let asked = SmtpMail::new(server.clone(), from)
        .map_err(|error| error.to_string())
        .and_then(|mail| {
            let asked = mail.patience(PATIENCE).log_in();
            asked.map_err(|error| error.to_string())
        });
    report.add(match (asked, server.encryption()) {
        (Err(error), _) => Finding::warning(
            Check::Mail,
            format_args!("{found}: {error}"),
            "Compare MINTAGE_SMTP_URL with what the mail provider says; queued mails are sent once the server \
             answers.",
        ),
        (Ok(()), Encryption::Plain) => Finding::warning(
            Check::Mail,
            found,
            "License keys cross the network in plain text, unless the mail server is on this machine: use \
             smtps://, or ?tls=required.",
        ),
        (Ok(()), Encryption::Tls | Encryption::StartTls) => Finding::ok(Check::Mail, found),
    });
}
