//! `MINTAGE_SMTP_URL` and `MINTAGE_MAIL_FROM`, of which both are set or neither.

use mintage_domain::model::outbox::mail::Mailbox;
use mintage_smtp::SmtpServer;

use super::authorities::Authorities;
use super::error::ConfigError;
use super::layers::Layers;

const SERVER: &str = "MINTAGE_SMTP_URL";
const FROM: &str = "MINTAGE_MAIL_FROM";

/// The mail server and the sender.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The server.
    pub server: SmtpServer,
    /// The sender.
    pub from: Mailbox,
}

pub(super) fn read(
    layers: &Layers,
    authorities: &Authorities,
) -> Result<Option<MailConfig>, ConfigError> {
    let missing = |name, with| {
        let fix = format!("must be set together with {with}");
        Err(ConfigError::new(name, fix))
    };
    match (layers.get(SERVER), layers.get(FROM)) {
        (None, None) => Ok(None),
        (Some(_), None) => missing(FROM, SERVER),
        (None, Some(_)) => missing(SERVER, FROM),
        (Some(server), Some(from)) => Ok(Some(MailConfig {
            server: authorities.trusted_by_mail(
                SmtpServer::parse(server)
                    .map_err(|error| ConfigError::new(SERVER, error.to_string()))?,
            )?,
            from: Mailbox::parse(from)
                .map_err(|error| ConfigError::new(FROM, error.to_string()))?,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(server: &str, from: &str) -> Result<Option<String>, String> {
        let layers = Layers::new()
            .flag(SERVER, Some(server.to_owned()))
            .flag(FROM, Some(from.to_owned()));
        super::read(&layers, &Authorities::default())
            .map(|it| it.map(|it| format!("{} {}", it.server, it.from)))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn both_or_neither_is_set_and_each_mistake_has_its_message() {
        assert_eq!(read("", ""), Ok(None));
        assert_eq!(
            read("smtps://u:sesame@mail.test", "Acme <a@b.test>"),
            Ok(Some("mail.test:465 (TLS) \"Acme\" <a@b.test>".to_owned()))
        );
        for (server, from, message) in [
            (
                "smtps://mail.test",
                "",
                "MINTAGE_MAIL_FROM: must be set together with MINTAGE_SMTP_URL",
            ),
            (
                "",
                "a@b.test",
                "MINTAGE_SMTP_URL: must be set together with MINTAGE_MAIL_FROM",
            ),
            (
                "mail.test",
                "a@b.test",
                "MINTAGE_SMTP_URL: must begin with smtps:// or smtp://",
            ),
            (
                "smtp://sesame@mail.test",
                "a@b.test",
                "MINTAGE_SMTP_URL: must have its login as user:password@, with signs such as @ \
                 and : written as %40 and %3A",
            ),
            (
                "smtps://mail.test",
                "sesame",
                "MINTAGE_MAIL_FROM: a sender is written like \"Acme Software\" \
                 <licenses@example.com>",
            ),
        ] {
            assert_eq!(read(server, from), Err(message.to_owned()));
        }
    }
}
