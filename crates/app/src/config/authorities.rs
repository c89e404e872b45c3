//! `MINTAGE_CA_FILE`: private authorities, for the connections to PostgreSQL, webhook endpoints and the mail
//! server.

use std::path::{Path, PathBuf};

use mintage_http::Certificate;
use mintage_smtp::SmtpServer;

use super::error::ConfigError;
use super::layers::Layers;

const VARIABLE: &str = "MINTAGE_CA_FILE";

/// Authorities whose certificates are accepted beside the public ones.
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    file: Option<PathBuf>,
    pem: Vec<u8>,
    /// The certificates, for outbound HTTP.
    pub certificates: Vec<Certificate>,
}

impl Authorities {
    /// The file, for PostgreSQL's client library.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The mail server, with these authorities.
    pub(super) fn trusted_by_mail(&self, server: SmtpServer) -> Result<SmtpServer, ConfigError> {
        if self.file.is_none() {
            return Ok(server);
        }
        server
            .trusting(&self.pem)
            .map_err(|error| ConfigError::new(VARIABLE, error.to_string()))
    }
}

pub(super) fn read(layers: &Layers) -> Result<Authorities, ConfigError> {
    let Some(file) = layers.get(VARIABLE) else {
        return Ok(Authorities::default());
    };
    let wrong = |fix: String| ConfigError::new(VARIABLE, fix);
    let pem = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let certificates = Certificate::all_of_pem(&pem).map_err(|error| wrong(error.to_string()))?;
    Ok(Authorities {
        file: Some(file.into()),
        pem,
        certificates,
    })
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
            let layers = Layers::new().flag(VARIABLE, Some(path.to_owned()));
            let read = super::read(&layers);
            read.map(|it| it.certificates.len())
                .map_err(|error| error.to_string())
        };
        let path = file.path().to_str().unwrap();
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nx\n"] {
            std::fs::write(path, text).unwrap();
            let message = "MINTAGE_CA_FILE: must hold certificates in PEM form";
            assert_eq!(read(path), Err(message.to_owned()), "{text:?}");
        }
        let missing = read("/no/such/file").unwrap_err();
        assert!(
            missing.starts_with("MINTAGE_CA_FILE: cannot be read"),
            "{missing}"
        );
        std::fs::write(path, CERTIFICATE.repeat(2)).unwrap();
        assert_eq!(read(path), Ok(2));
    }
}
