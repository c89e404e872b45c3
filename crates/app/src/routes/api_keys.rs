//! `POST /v1/api-keys`: credentials for signed calls.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::api_key::Scope;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::slug::ProductId;
use mintage_domain::usecase::api_key::create_api_key;
use serde_json::json;

/// `POST /v1/api-keys {productId, scope, mode}`; 201 with the secret, shown once.
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let product = fields.required("productId", ProductId::parse);
    let scope = fields.required("scope", Scope::parse);
    let mode = fields.required("mode", Mode::parse);
    let (product, may) = fields.finish(|| Some((product?, (scope?, mode?))))?;
    let (id, secret) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_api_key(&*app.store, &app.env(), &tenant, &product, &actor, may)
    })
    .await??;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(json!({"id": id, "secret": secret.expose()})))
}
