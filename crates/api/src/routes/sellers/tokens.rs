//! `/v1/tokens`: the management tokens of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::TokenId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::sellers::token::{NewToken, create_token, revoke_token};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::sellers::{TokenPage, TokenSecret, TokenView};

/// The management token to create.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct CreateTokenRequest {
    #[deserr(default)]
    name: Option<schema::TokenName>,
    scopes: schema::TokenScopes,
    /// From when on the token is refused. By default the token has no end.
    #[deserr(default)]
    expires_at: Option<schema::FutureTime>,
}

/// Create a management token
///
/// The answer contains the token, which no later answer contains. A token cannot create one that may do
/// more than itself, or that is valid for longer.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    operation_id = "createToken",
    tag = "Tokens",
    request_body = CreateTokenRequest,
    responses((status = 201, description = "The management token.", body = TokenSecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["tokens:write"])),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::TokensWrite).await?;
    let body = read_body::<CreateTokenRequest>(&body.read().await?)?;
    let new = NewToken {
        name: body.name.map(|name| name.0),
        scopes: body.scopes.0,
        expires_at: body.expires_at.map(|end| end.0),
    };
    let created = blocking(&app, move |app| {
        let (tenant, authority) = (caller.tenant(), caller.authority());
        create_token(&*app.store, &caller.env(app), &tenant, &new, authority)
    })
    .await??;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(TokenSecret::of(&created)))
}

/// List management tokens
///
/// The answer has revoked and expired tokens too, and contains no secrets.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "listTokens",
    tag = "Tokens",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = TokenPage<'_>)),
    security(("managementToken" = ["tokens:write"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::TokensWrite).await?;
    let page = query.read()?;
    let tokens = blocking(&app, move |app| app.store.tokens(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(TokenPage::of(&tokens, TokenView::of)))
}

/// Revoke a management token
///
/// Every server refuses the token from the next call on. A token may revoke itself.
#[utoipa::path(
    post,
    path = "/v1/tokens/{id}/revoke",
    operation_id = "revokeToken",
    tag = "Tokens",
    params(("id" = inline(schema::TokenId), Path)),
    responses((status = 200, description = "The management token.", body = TokenView<'_>)),
    security(("managementToken" = ["tokens:write"])),
    extensions(("x-error-codes" = json!(["token/already-revoked"]))),
)]
pub(super) async fn revoke(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::TokensWrite).await?;
    let id = parse_id(&path, TokenId::parse)?;
    let token = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        revoke_token(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok().json(TokenView::of(&token)))
}
