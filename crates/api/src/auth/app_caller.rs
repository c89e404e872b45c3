//! Callers that sign with an API key, or present a publishable key.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use mintage_domain::model::access::credential::Credential;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::key::KeyInput;
use mintage_domain::ports::{SeenTarget, ValidateQuery};
use mintage_domain::usecase::access::api_key::{
    check_permission, check_publishable_or_signed, check_publishable_or_signed_head,
};
use mintage_domain::usecase::caller::Caller;
use mintage_domain::usecase::licenses::validate::{Lookup, look_up};
use mintage_runtime::api_keys::find_api_key;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::state::KnownApiKey;

use super::bearer::bearer;
use super::known_caller::note;
use super::signed_call::signed_call;
use crate::body::JsonBody;
use crate::limits;

/// The caller of a route that apps also call. An app presents a publishable key and signs nothing, so
/// the call of an app has no nonce.
pub(crate) struct AppCaller {
    cached: Arc<KnownApiKey>,
    nonce: Option<Nonce>,
}

impl AppCaller {
    /// Finds the API key and checks the headers, then reads the body, and checks that the call is signed over
    /// its raw bytes or made with a publishable key.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        body: JsonBody,
        permission: Permission,
    ) -> Result<(Self, web::Bytes), Problem> {
        let cached = find_api_key(app, bearer(request)).await?;
        note(request, &cached.key.tenant, cached.key.id.as_str());
        let head = signed_call(request, b"");
        check_publishable_or_signed_head(&app.env(), &cached.key, &head, permission)?;
        let body = body.read().await?;
        let (env, call) = (app.env(), signed_call(request, &body));
        let nonce = check_publishable_or_signed(&env, &cached.key, &call, permission)?;
        match nonce {
            Some(_) => limits::admit_signed(app, request, &cached.key, permission).await?,
            None => limits::admit_unsigned(app, request).await?,
        }
        app.last_seen
            .record(SeenTarget::ApiKey(cached.key.id.clone()), app.clock.now());
        Ok((Self { cached, nonce }, body))
    }

    /// Whether the caller is anonymous: a publishable key is public, so anybody may present the key.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.cached.key.credential == Credential::Publishable
    }

    /// Checks a permission that only the body of the call reveals to be required.
    pub(crate) fn check_permission(&self, permission: Permission) -> Result<(), Problem> {
        Ok(check_permission(&self.cached.key, permission)?)
    }

    /// Prepares the lookup of a license key. All unsigned lookups of a license share one rate.
    pub(crate) async fn look_up(
        self,
        app: &web::Data<App>,
        request: &HttpRequest,
        presented: &KeyInput,
    ) -> Result<Lookup, Problem> {
        let KnownApiKey { key, product, .. } = &*self.cached;
        let (env, caller) = (app.env(), Caller::from(key));
        let lookup = look_up(&env, &caller, product, presented.as_str(), self.nonce);
        if let Lookup::Ask(ValidateQuery { nonce: None, key }) = &lookup {
            limits::admit_unsigned_about(app, request, key).await?;
        }
        Ok(lookup)
    }
}
