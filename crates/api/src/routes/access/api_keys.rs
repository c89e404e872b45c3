//! `/v1/api-keys`: the API keys of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::access::credential::KeyKind;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::StoreError;
use mintage_domain::usecase::access::api_key::{
    CreatedApiKey, create_api_key, revoke_api_key, rotate_api_key,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body, read_body_with};
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::schema;
use crate::views::access::{ApiKeyPage, ApiKeySecret, ApiKeyView};

/// The API key to create.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct CreateApiKeyRequest {
    product_id: schema::ProductId,
    scope: schema::ApiKeyScope,
    mode: schema::Mode,
    /// The default is 1. A publishable key has no signature version.
    #[deserr(default)]
    signature_version: Option<schema::SignatureVersion>,
}

/// The kind of a key with this scope and signature version.
fn kind(
    scope: &schema::ApiKeyScope,
    version: Option<schema::SignatureVersion>,
) -> Result<KeyKind, Faults> {
    let kind = scope.0.signing(version.map(|version| version.0));
    kind.map_err(|error| Faults::one("signatureVersion", error))
}

/// Create an API key
///
/// The answer contains the secret, which no later answer contains. A key with the scope `PUBLISHABLE`
/// has no secret and no signature version. A token cannot create a key that may do more than itself:
/// issuing and managing activations need the scope `licenses:write`, reading needs `licenses:read`.
#[utoipa::path(
    post,
    path = "/v1/api-keys",
    operation_id = "createApiKey",
    tag = "Catalog",
    request_body = CreateApiKeyRequest,
    responses((status = 201, description = "The API key and its secret.", body = ApiKeySecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let body = read_body_with::<CreateApiKeyRequest>(&body.read().await?, |fields| {
        match fields.get("scope") {
            Some(scope) => kind(&scope, fields.get("signatureVersion")).map(drop),
            None => Ok(()),
        }
    })?;
    let product = body.product_id.0;
    let kind_and_mode = (kind(&body.scope, body.signature_version)?, body.mode.0);
    let new = blocking(&app, move |app| {
        create_api_key(
            &*app.store,
            &caller.env(app),
            &caller.tenant(),
            &product,
            caller.authority(),
            kind_and_mode,
        )
    })
    .await??;
    Ok(created(&new))
}

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// API keys of this product.
    #[param(nullable = false, inline, value_type = Option<schema::ProductId>)]
    product: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<Option<ProductId>, Problem> {
        let mut params = QueryParams::new();
        let product = params.read("product", self.product.as_deref(), ProductId::parse);
        params.finish(product)
    }
}

/// List API keys
///
/// The answer contains no secrets.
#[utoipa::path(
    get,
    path = "/v1/api-keys",
    operation_id = "listApiKeys",
    tag = "Catalog",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = ApiKeyPage<'_>)),
    security(("managementToken" = ["api-keys:write"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let (product, page) = (filter.read()?, query.read()?);
    let (keys, uses) = blocking(&app, move |app| {
        let keys = app
            .store
            .api_keys(&caller.tenant(), product.as_ref(), &page)?;
        let ids: Vec<ApiKeyId> = keys.items.iter().map(|key| key.id.clone()).collect();
        let uses = app.store.last_used(&ids)?;
        Ok::<_, StoreError>((keys, uses))
    })
    .await??;
    let now = app.clock.now();
    Ok(HttpResponse::Ok().json(ApiKeyPage::of(&keys, |key| {
        ApiKeyView::of(key, uses.get(&key.id).copied(), now)
    })))
}

/// Revoke an API key
///
/// The server that answers refuses the key at once, other servers within five seconds.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/revoke",
    operation_id = "revokeApiKey",
    tag = "Catalog",
    params(("id" = inline(schema::ApiKeyId), Path)),
    responses((status = 200, description = "The API key.", body = ApiKeyView<'_>)),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["api-key/already-revoked"]))),
)]
pub(super) async fn revoke(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let id = parse_id(&path, ApiKeyId::parse)?;
    let (key, last_use) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let revoked = revoke_api_key(&*app.store, &caller.env(app), &tenant, &id, &actor);
        // Even after an error: a commit whose outcome is unknown may be stored.
        app.configuration.expire();
        let key = revoked?;
        let uses = app.store.last_used(std::slice::from_ref(&id))?;
        Ok::<_, Problem>((key, uses.get(&id).copied()))
    })
    .await??;
    Ok(HttpResponse::Ok().json(ApiKeyView::of(&key, last_use, app.clock.now())))
}

/// The changes of a rotation.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct RotateApiKeyRequest {
    /// The default is one day.
    #[deserr(default)]
    overlap_seconds: Option<schema::OverlapSeconds>,
    /// The default is the version of the old key. A publishable key has no signature version.
    #[deserr(default)]
    signature_version: Option<schema::SignatureVersion>,
}

/// Rotate an API key
///
/// Creates a new key with the same product, scope, mode and signature version, unless the body has
/// another version. The answer contains the secret, which no later answer contains. The old key is
/// accepted until the overlap ends.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/rotate",
    operation_id = "rotateApiKey",
    tag = "Catalog",
    params(("id" = inline(schema::ApiKeyId), Path)),
    request_body = RotateApiKeyRequest,
    responses((status = 201, description = "The new API key and its secret.", body = ApiKeySecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["api-key/already-revoked", "api-key/already-rotated"]))),
)]
pub(super) async fn rotate(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let id = parse_id(&path, ApiKeyId::parse)?;
    let body = read_body::<RotateApiKeyRequest>(&body.read().await?)?;
    let overlap = body
        .overlap_seconds
        .map(|overlap| overlap.0)
        .unwrap_or_default();
    let version = body.signature_version.map(|version| version.0);
    let new = blocking(&app, move |app| {
        let (tenant, authority) = (caller.tenant(), caller.authority());
        let change = (overlap, version);
        let rotated = rotate_api_key(
            &*app.store,
            &caller.env(app),
            &tenant,
            &id,
            change,
            authority,
        );
        app.configuration.expire();
        rotated
    })
    .await??;
    Ok(created(&new))
}

/// The answer with a new key and its secret, which must not be cached.
fn created(new: &CreatedApiKey) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(ApiKeySecret::of(new))
}
