//! Callers that sign, or that present a publishable key.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use mintage_domain::model::access::credential::Credential;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::ports::{SeenTarget, ValidateQuery};
use mintage_domain::usecase::access::api_key::check_publishable_or_signed;
use mintage_domain::usecase::licenses::validate::{Lookup, look_up};
use mintage_runtime::api_keys::find_api_key;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::state::CachedApiKey;

use super::bearer::bearer;
use super::signed_call::signed_call;
use crate::limits;

/// The caller of a route that apps call too. An app presents a publishable key and signs nothing, so
/// there is no nonce.
pub(crate) struct AppCaller {
    known: Arc<CachedApiKey>,
    nonce: Option<Nonce>,
}

impl AppCaller {
    /// Checks a call that is signed over its raw body, or made with a publishable key.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        body: &[u8],
        permission: Permission,
    ) -> Result<Self, Problem> {
        let known = find_api_key(app, bearer(request)).await?;
        let (env, call) = (app.env(), signed_call(request, body));
        let nonce = check_publishable_or_signed(&env, &known.key, &call, permission)?;
        match nonce {
            Some(_) => limits::admit_signed(app, request, &known.key, permission).await?,
            None => limits::admit_unsigned(app, request).await?,
        }
        app.last_seen
            .record(SeenTarget::ApiKey(known.key.id.clone()), app.clock.now());
        Ok(Self { known, nonce })
    }

    /// Whether the caller is anonymous: a publishable key is public, so anybody may present it.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.known.key.credential == Credential::Publishable
    }

    /// Plans the lookup of a license key. Unsigned lookups of one license share a rate of their own.
    pub(crate) async fn look_up(
        self,
        app: &web::Data<App>,
        request: &HttpRequest,
        presented: &str,
    ) -> Result<Lookup, Problem> {
        let CachedApiKey { key, product, .. } = &*self.known;
        let lookup = look_up(&app.env(), key, product, presented, self.nonce);
        if let Lookup::Ask(ValidateQuery { nonce: None, key }) = &lookup {
            limits::admit_unsigned_about(app, request, key).await?;
        }
        Ok(lookup)
    }
}
