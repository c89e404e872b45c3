//! Certificates of private authorities.

use std::sync::Arc;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// The certificate of an authority.
#[derive(Debug, Clone)]
pub struct Certificate(ureq::tls::Certificate<'static>);

/// A text is no list of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must hold certificates in PEM form")]
pub struct InvalidCertificates;

impl Certificate {
    /// Reads all certificates of a text of PEM blocks, of which there must be one.
    pub fn all_of_pem(pem: &[u8]) -> Result<Vec<Self>, InvalidCertificates> {
        let mut found = Vec::new();
        for item in parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|_| InvalidCertificates)? {
                found.push(Self(certificate));
            }
        }
        if found.is_empty() {
            return Err(InvalidCertificates);
        }
        Ok(found)
    }
}

/// The settings of TLS: the public authorities, and these beside them.
pub(crate) fn tls(authorities: Vec<Certificate>) -> TlsConfig {
    if authorities.is_empty() {
        return TlsConfig::default();
    }
    let public = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let public = public.map(|der| ureq::tls::Certificate::from_der(der).to_owned());
    let all = public.chain(authorities.into_iter().map(|it| it.0));
    let roots = RootCerts::Specific(Arc::new(all.collect()));
    TlsConfig::builder().root_certs(roots).build()
}
