//! `MINTAGE_SMTP_URL` and `MINTAGE_MAIL_FROM`, of which both are set or neither, and
//! `MINTAGE_SMTP_CA_FILE`.

use mintage_domain::model::outbox::mail::Mailbox;
use mintage_smtp::SmtpServer;

use super::error::ConfigError;
use super::layers::Layers;

const SERVER: &str = "MINTAGE_SMTP_URL";
const CA_FILE: &str = "MINTAGE_SMTP_CA_FILE";
const FROM: &str = "MINTAGE_MAIL_FROM";

/// The mail server and the sender.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The server.
    pub server: SmtpServer,
    /// The sender.
    pub from: Mailbox,
}

pub(super) fn read(layers: &Layers) -> Result<Option<MailConfig>, ConfigError> {
    let missing = |name, with| {
        let fix = format!("must be set together with {with}");
        Err(ConfigError::new(name, fix))
    };
    match (layers.get(SERVER), layers.get(FROM)) {
        (None, None) => Ok(None),
        (Some(_), None) => missing(FROM, SERVER),
        (None, Some(_)) => missing(SERVER, FROM),
        (Some(server), Some(from)) => Ok(Some(MailConfig {
            server: trusting(
                SmtpServer::parse(server)
                    .map_err(|error| ConfigError::new(SERVER, error.to_string()))?,
                layers.get(CA_FILE),
            )?,
            from: Mailbox::parse(from)
                .map_err(|error| ConfigError::new(FROM, error.to_string()))?,
        })),
    }
}

/// The server, with the certificates of a file.
fn trusting(server: SmtpServer, file: Option<&str>) -> Result<SmtpServer, ConfigError> {
    let Some(file) = file else {
        return Ok(server);
    };
    let wrong = |fix: String| ConfigError::new(CA_FILE, fix);
    let pem = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    server
        .trusting(&pem)
        .map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    /// The certificate of an authority.
    const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBfzCCASWgAwIBAgIUU7ltA6WFVj7EJYIXmoEucwVtZP4wCgYIKoZIzj0EAwIw\n\
FDESMBAGA1UEAwwJbWFpbC50ZXN0MCAXDTI2MTEyODAxMzYyMVoYDzIxMjYxMTA0\n\
MDEzNjIxWjAUMRIwEAYDVQQDDAltYWlsLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO\n\
PQMBBwNCAAQIzfFyAzqRsP0eInpYj1qD+m4NdtK10KMpG5Cb6Mx10xwGp0ympsi9\n\
EdFm5+SrAq5jLS3LLsSfL77ObKmIGWySo1MwUTAdBgNVHQ4EFgQUgrF0CTt95h0K\n\
EqSixMQ+Psv4KHgwHwYDVR0jBBgwFoAUgrF0CTt95h0KEqSixMQ+Psv4KHgwDwYD\n\
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAYjFGeEin1AVc29lIZRu4A\n\
BNaR76lfijmF+pXt49XudwIhALOP24URJ7yPlXR2U4tlzr2Upjse8YMZ1RvKPh/l\n\
6wPJ\n\
-----END CERTIFICATE-----\n";

    #[test]
    fn a_file_of_authorities_is_read_at_the_start_and_each_mistake_has_its_message() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |path: &str| {
            let layers = Layers::new()
                .flag(SERVER, Some("smtps://mail.test".to_owned()))
                .flag(FROM, Some("a@b.test".to_owned()))
                .flag(CA_FILE, Some(path.to_owned()));
            let read = super::read(&layers);
            read.map(drop).map_err(|error| error.to_string())
        };
        let path = file.path().to_str().unwrap();
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n"] {
            std::fs::write(path, text).unwrap();
            let message = "MINTAGE_SMTP_CA_FILE: must hold certificates in PEM form";
            assert_eq!(read(path), Err(message.to_owned()), "{text:?}");
        }
        let missing = read("/no/such/file").unwrap_err();
        assert!(
            missing.starts_with("MINTAGE_SMTP_CA_FILE: cannot be read"),
            "{missing}"
        );
        std::fs::write(path, CERTIFICATE.repeat(2)).unwrap();
        assert_eq!(read(path), Ok(()));
    }

    fn read(server: &str, from: &str) -> Result<Option<String>, String> {
        let layers = Layers::new()
            .flag(SERVER, Some(server.to_owned()))
            .flag(FROM, Some(from.to_owned()));
        super::read(&layers)
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
