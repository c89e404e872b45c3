//! The caller of a request, for its line in the log.

use actix_web::{HttpMessage, HttpRequest};
use mintage_domain::base::slug::TenantId;

/// The tenant whose credential a caller presents, and the id of the credential. The credential was
/// found, and may be refused for another reason.
#[derive(Debug)]
pub(crate) struct KnownCaller {
    pub(crate) tenant: String,
    pub(crate) credential: String,
}

/// Notes who calls.
pub(crate) fn note(request: &HttpRequest, tenant: &TenantId, credential: &str) {
    request.extensions_mut().insert(KnownCaller {
        tenant: tenant.to_string(),
        credential: credential.to_owned(),
    });
}
