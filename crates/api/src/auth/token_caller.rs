//! Callers with a management token.

use actix_web::{HttpMessage, HttpRequest, web};
use mintage_domain::base::id::TokenId;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::sellers::audit::{Actor, Origin};
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::{SeenTarget, Tenants};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::sellers::token::authenticate;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::catalog::CachedCatalog;
use mintage_runtime::problem::Problem;

use super::bearer::bearer;
use super::known_caller::note;
use crate::limits;

/// The caller of a management route.
pub(crate) struct TokenCaller {
    token: ManagementToken,
    origin: Option<Origin>,
}

impl TokenCaller {
    /// Checks the management token and its scope.
    pub(crate) async fn of(
        app: &web::Data<App>,
        request: &HttpRequest,
        scope: TokenScope,
    ) -> Result<Self, Problem> {
        let presented = bearer(request).ok_or_else(Problem::key_invalid)?.to_owned();
        let (token, tenant) = blocking(app, move |app| {
            let token = authenticate(&*app.store, app.clock.now(), &presented)?;
            let token = token.ok_or_else(Problem::key_invalid)?;
            let tenant = CachedCatalog::of(app).tenant(&token.tenant)?;
            Ok::<_, Problem>((token, tenant))
        })
        .await??;
        note(request, &token.tenant, token.id.as_str());
        limits::admit(app, request, &[(Limited::Token, token.id.as_str())]).await?;
        tenant.ok_or_else(Problem::key_invalid)?.check_active()?;
        if !token.scopes.contains(&scope) {
            return Err(Problem::forbidden(format!(
                "the token lacks the scope {}",
                scope.as_str()
            )));
        }
        app.last_seen
            .record(SeenTarget::Token(token.id.clone()), app.clock.now());
        let origin = request.extensions().get::<Origin>().cloned();
        Ok(Self { token, origin })
    }

    /// The environment of the caller's decisions.
    pub(crate) fn env<'a>(&'a self, app: &'a App) -> Env<'a> {
        app.env_of(self.origin.as_ref())
    }

    /// The tenant of the token.
    pub(crate) fn tenant(&self) -> TenantId {
        self.token.tenant.clone()
    }

    /// The id of the token.
    pub(crate) fn token_id(&self) -> &TokenId {
        &self.token.id
    }

    /// The authority by which the caller creates credentials.
    pub(crate) fn authority(&self) -> Authority<'_> {
        Authority::Token(&self.token)
    }

    /// The actor for the audit trail.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Token(self.token.id.clone())
    }
}
