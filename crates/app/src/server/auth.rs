//! Who is calling: management tokens, and signed calls.

use super::error::ApiError;
use super::key_cache::KnownKey;
use super::limits;
use crate::app::{App, blocking};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, web};
use mintage_domain::api_key::Permission;
use mintage_domain::audit::Actor;
use mintage_domain::limits::Limited;
use mintage_domain::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::{Nonce, Sighted};
use mintage_domain::slug::TenantId;
use mintage_domain::usecase::api_key::{SignedCall, check};
use mintage_domain::usecase::tenant::authenticate;
use std::sync::Arc;

/// What stands behind `Bearer` in the `Authorization` header.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
        .filter(|credential| !credential.is_empty())
}

/// The caller of a management route.
pub(crate) struct Caller {
    token: ManagementToken,
}

impl Caller {
    /// Reads and checks the management token, and that it may do what the route does.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        scope: TokenScope,
    ) -> Result<Self, ApiError> {
        let presented = bearer(request)
            .ok_or_else(ApiError::key_invalid)?
            .to_owned();
        let token = blocking(app, move |app| authenticate(&*app.store, &presented))
            .await??
            .ok_or_else(ApiError::key_invalid)?;
        limits::admit(app, request, &[(Limited::Token, token.id.as_str())]).await?;
        if !token.scopes.contains(&scope) {
            return Err(ApiError::forbidden(format!(
                "the token lacks the scope {}",
                scope.as_str()
            )));
        }
        Ok(Self { token })
    }

    /// The tenant that the token chooses.
    pub(crate) fn tenant(&self) -> TenantId {
        self.token.tenant.clone()
    }

    /// Who the audit trail says it was.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Token(self.token.id.clone())
    }
}

/// The caller of a signed route: its API key, and the nonce that its signature uses up.
pub(crate) struct SignedCaller {
    pub(crate) known: Arc<KnownKey>,
    pub(crate) nonce: Nonce,
}

impl SignedCaller {
    /// Checks a signed call over its raw body.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        body: &[u8],
        permission: Permission,
    ) -> Result<Self, ApiError> {
        let known = KnownKey::of(app, bearer(request)).await?;
        let header = |name: &str| request.headers().get(name)?.to_str().ok();
        let call = SignedCall {
            key: bearer(request),
            timestamp: header("x-keystack-timestamp"),
            signature: header("x-keystack-signature"),
            body,
        };
        let nonce = check(&app.env(), &known.key, &call, permission)?;
        limits::admit_signed(app, request, &known.key, permission).await?;
        let used = Sighted::ApiKey(known.key.id.clone());
        app.sightings.note(used, app.clock.now());
        Ok(Self { known, nonce })
    }
}
