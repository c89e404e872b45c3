//! Who is calling: management tokens, and signed calls.

use super::limits;
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::uri::PathAndQuery;
use actix_web::{HttpRequest, web};
use mintage_domain::api_key::{Credential, Permission};
use mintage_domain::audit::Actor;
use mintage_domain::limits::Limited;
use mintage_domain::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::{Nonce, Sighted, ValidateQuery};
use mintage_domain::slug::TenantId;
use mintage_domain::usecase::api_key::{SignedCall, check, check_publishable_or_signed};
use mintage_domain::usecase::tenant::authenticate;
use mintage_domain::usecase::validate::{Lookup, look_up};
use mintage_runtime::api_key::{CachedApiKey, find_api_key};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
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
    ) -> Result<Self, Problem> {
        let presented = bearer(request).ok_or_else(Problem::key_invalid)?.to_owned();
        let token = blocking(app, move |app| authenticate(&*app.store, &presented))
            .await??
            .ok_or_else(Problem::key_invalid)?;
        limits::admit(app, request, &[(Limited::Token, token.id.as_str())]).await?;
        if !token.scopes.contains(&scope) {
            return Err(Problem::forbidden(format!(
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

/// The caller of a route that must be signed: its API key, and the nonce that its signature uses
/// up.
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
        let nonce = check(&app.env(), &known.key, &as_sent(request, body), permission)?;
        limits::admit_signed(app, request, &known.key, permission).await?;
        app.last_seen.record(used(&known), app.clock.now());
        Ok(Self { known, nonce })
    }

    /// What this caller's question about a license's key calls for.
    pub(crate) fn look_up(self, app: &App, presented: &str) -> Lookup {
        let CachedApiKey { key, product, .. } = &*self.known;
        look_up(&app.env(), key, product, presented, Some(self.nonce))
    }
}

/// The caller of a route that apps call too, with a publishable key: then nothing is signed, and
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
        let (env, call) = (app.env(), as_sent(request, body));
        let nonce = check_publishable_or_signed(&env, &known.key, &call, permission)?;
        match nonce {
            Some(_) => limits::admit_signed(app, request, &known.key, permission).await?,
            None => limits::admit_unsigned(app, request).await?,
        }
        app.last_seen.record(used(&known), app.clock.now());
        Ok(Self { known, nonce })
    }

    /// Whether anybody may be behind it, since its key is in everybody's hands.
    pub(crate) fn is_anybody(&self) -> bool {
        self.known.key.credential == Credential::Publishable
    }

    /// What this caller's question about a license's key calls for. Each license has a rate of its
    /// own for questions that nobody signed.
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

fn used(known: &CachedApiKey) -> Sighted {
    Sighted::ApiKey(known.key.id.clone())
}

fn as_sent<'a>(request: &'a HttpRequest, body: &'a [u8]) -> SignedCall<'a> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let target = request.uri().path_and_query();
    SignedCall {
        timestamp: header("x-keystack-timestamp"),
        nonce: header("x-keystack-nonce"),
        signature: header("x-keystack-signature"),
        method: request.method().as_str(),
        target: target.map_or("", PathAndQuery::as_str),
        body,
    }
}
