//! Callers that sign with the secret of an API key.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::SeenTarget;
use mintage_domain::usecase::access::api_key::check;
use mintage_domain::usecase::licenses::validate::{Lookup, look_up};
use mintage_runtime::api_keys::find_api_key;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::state::CachedApiKey;

use super::bearer::bearer;
use super::signed_call::signed_call;
use crate::limits;

/// The caller of a route that must be signed: its API key, and the nonce of its signature, which is
/// valid once.
pub(crate) struct SignedCaller {
    pub(crate) known: Arc<CachedApiKey>,
    pub(crate) nonce: Nonce,
}

impl SignedCaller {
    /// Checks a signed call over its raw body.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        body: &[u8],
        permission: Permission,
    ) -> Result<Self, Problem> {
        let known = find_api_key(app, bearer(request)).await?;
        let nonce = check(
            &app.env(),
            &known.key,
            &signed_call(request, body),
            permission,
        )?;
        limits::admit_signed(app, request, &known.key, permission).await?;
        app.last_seen
            .record(SeenTarget::ApiKey(known.key.id.clone()), app.clock.now());
        Ok(Self { known, nonce })
    }

    /// Plans the lookup of a license key.
    pub(crate) fn look_up(self, app: &App, presented: &str) -> Lookup {
        let CachedApiKey { key, product, .. } = &*self.known;
        look_up(&app.env(), key, product, presented, Some(self.nonce))
    }
}
