//! Callers that read licenses: with a management token, or with an API key that signs.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::scope::Permission;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::LicenseFilter;
use mintage_domain::usecase::access::api_key::use_up;
use mintage_runtime::app::App;
use mintage_runtime::problem::Problem;
use mintage_runtime::settle::settle;
use mintage_runtime::state::CachedApiKey;

use super::bearer::bearer;
use super::signed_caller::SignedCaller;
use super::token_caller::TokenCaller;

/// The caller of a route that reads licenses.
pub(crate) enum Reader {
    /// The holder of a management token, who may read all licenses of the tenant.
    Token(TokenCaller),
    /// The holder of an API key, who may read the licenses of its product and mode.
    Key(Arc<CachedApiKey>),
}

impl Reader {
    /// Checks a management token that may read licenses, or a signed call without a body by an API
    /// key that may read.
    pub(crate) async fn of(app: &web::Data<App>, request: &HttpRequest) -> Result<Self, Problem> {
        let is_key = bearer(request).is_some_and(|it| ApiKeyId::parse(it).is_ok());
        if !is_key {
            let caller = TokenCaller::of(app, request, TokenScope::LicensesRead).await?;
            return Ok(Self::Token(caller));
        }
        let caller = SignedCaller::of(app, request, b"", Permission::Read).await?;
        let nonce = caller.nonce;
        settle(app, move |app, refused| use_up(&app.env(), &nonce, refused)).await?;
        Ok(Self::Key(caller.known))
    }

    pub(crate) fn tenant(&self) -> TenantId {
        match self {
            Self::Token(caller) => caller.tenant(),
            Self::Key(known) => known.key.tenant.clone(),
        }
    }

    /// Whether the caller may read this license of its tenant.
    pub(crate) fn sees(&self, license: &License) -> bool {
        match self {
            Self::Token(_) => true,
            Self::Key(known) => {
                license.product == known.key.product && license.mode == known.key.mode
            }
        }
    }

    /// Narrows a filter to the licenses that the caller may read; `None` if there are none.
    pub(crate) fn narrow(&self, filter: LicenseFilter) -> Option<LicenseFilter> {
        let Self::Key(known) = self else {
            return Some(filter);
        };
        let (product, mode) = (&known.key.product, known.key.mode);
        let asks_elsewhere = filter.product.as_ref().is_some_and(|it| it != product)
            || filter.mode.is_some_and(|it| it != mode);
        (!asks_elsewhere).then(|| LicenseFilter {
            product: Some(product.clone()),
            mode: Some(mode),
            ..filter
        })
    }
}
