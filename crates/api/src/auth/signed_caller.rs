//! Callers that sign with the secret of an API key.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::SeenTarget;
use mintage_domain::usecase::access::api_key::{check, check_head};
use mintage_runtime::api_keys::find_api_key;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::state::KnownApiKey;

use super::bearer::bearer;
use super::known_caller::note;
use super::signed_call::signed_call;
use crate::body::JsonBody;
use crate::limits;

/// The caller of a route that must be signed, with the API key of the caller and the nonce of the
/// signature. A nonce is accepted once.
pub(crate) struct SignedCaller {
    pub(crate) cached: Arc<KnownApiKey>,
    pub(crate) nonce: Nonce,
}

impl SignedCaller {
    /// Finds the API key and checks the headers, then reads the body, and checks the signature over its raw
    /// bytes.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        body: JsonBody,
        permission: Permission,
    ) -> Result<(Self, web::Bytes), Problem> {
        let cached = find_api_key(app, bearer(request)).await?;
        note(request, &cached.key.tenant, cached.key.id.as_str());
        check_head(&app.env(), &cached.key, &signed_call(request, b""))?;
        let body = body.read().await?;
        let caller = Self::checked(app, request, cached, &body, permission).await?;
        Ok((caller, body))
    }

    /// Checks a signed call without a body.
    pub(crate) async fn without_body(
        app: &web::Data<App>,
        request: &HttpRequest,
        permission: Permission,
    ) -> Result<Self, Problem> {
        let cached = find_api_key(app, bearer(request)).await?;
        note(request, &cached.key.tenant, cached.key.id.as_str());
        Self::checked(app, request, cached, b"", permission).await
    }

    async fn checked(
        app: &web::Data<App>,
        request: &HttpRequest,
        cached: Arc<KnownApiKey>,
        body: &[u8],
        permission: Permission,
    ) -> Result<Self, Problem> {
        let call = signed_call(request, body);
        let nonce = check(&app.env(), &cached.key, &call, permission)?;
        limits::admit_signed(app, request, &cached.key, permission).await?;
        app.last_seen
            .record(SeenTarget::ApiKey(cached.key.id.clone()), app.clock.now());
        Ok(Self { cached, nonce })
    }
}
