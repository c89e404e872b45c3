//! `/v1/api-keys`: credentials for signed calls.

use crate::app::{App, blocking};
use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::{ApiError, Detail};
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use crate::shown::{self, ApiKeyBody};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::api_key::{Overlap, Scope};
use mintage_domain::id::ApiKeyId;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::ports::StoreError;
use mintage_domain::secret::Secret;
use mintage_domain::slug::ProductId;
use mintage_domain::usecase::api_key::{create_api_key, revoke_api_key, rotate_api_key};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Makes an API key
///
/// Its secret is shown this once.
#[utoipa::path(
    post,
    path = "/v1/api-keys",
    operation_id = "createApiKey",
    tag = "Catalog",
    request_body = NewApiKey,
    responses((status = 201, description = "The key and its secret.", body = ApiKeySecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
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
    Ok(once(&id, &secret))
}

/// A key to make.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `create` reads")]
#[schema(rename_all = "camelCase")]
struct NewApiKey {
    product_id: words::ProductId,
    scope: words::ApiKeyScope,
    mode: words::Mode,
}

/// Which keys.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this product.
    #[param(nullable = false, inline, value_type = Option<words::ProductId>)]
    product: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<Option<ProductId>, ApiError> {
        let Some(text) = &self.product else {
            return Ok(None);
        };
        ProductId::parse(text).map(Some).map_err(|_| {
            let detail = Detail {
                path: "product".to_owned(),
                message: "is not valid".to_owned(),
            };
            ApiError::invalid("one or more query parameters are not valid", vec![detail])
        })
    }
}

/// Lists API keys
///
/// Never their secrets.
#[utoipa::path(
    get,
    path = "/v1/api-keys",
    operation_id = "listApiKeys",
    tag = "Catalog",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<ApiKeyBody<'_>>)),
    security(("managementToken" = ["api-keys:write"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let (product, page) = (filter.read()?, query.read()?);
    let (keys, uses) = blocking(&app, move |app| {
        let keys = app
            .store
            .api_keys(&caller.tenant(), product.as_ref(), &page)?;
        let ids: Vec<ApiKeyId> = keys.items.iter().map(|key| key.id.clone()).collect();
        let uses = app.store.last_uses(&ids)?;
        Ok::<_, StoreError>((keys, uses))
    })
    .await??;
    let now = app.clock.now();
    Ok(HttpResponse::Ok().json(PageBody::of(&keys, |key| {
        shown::api_key(key, uses.get(&key.id).copied(), now)
    })))
}

fn id(path: &str) -> Result<ApiKeyId, ApiError> {
    ApiKeyId::parse(path).map_err(|_| ApiError::not_found())
}

/// Revokes an API key
///
/// At once on the server that is asked, on others within five seconds.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/revoke",
    operation_id = "revokeApiKey",
    tag = "Catalog",
    params(("id" = inline(words::ApiKeyId), Path)),
    responses((status = 200, description = "The key.", body = ApiKeyBody<'_>)),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["api-key/already-revoked"]))),
)]
pub(super) async fn revoke(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let id = id(&path)?;
    let (key, last_use) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let revoked = revoke_api_key(&*app.store, &app.env(), &tenant, &id, &actor);
        // Whatever came of it: a commit that failed may have been done.
        app.key_cache.forget(&id);
        let key = revoked?;
        let uses = app.store.last_uses(std::slice::from_ref(&id))?;
        Ok::<_, ApiError>((key, uses.get(&id).copied()))
    })
    .await??;
    Ok(HttpResponse::Ok().json(shown::api_key(&key, last_use, app.clock.now())))
}

/// Replaces an API key
///
/// Makes another of the same product, scope and mode, whose secret is shown this once. The old one
/// stays good for the overlap.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/rotate",
    operation_id = "rotateApiKey",
    tag = "Catalog",
    params(("id" = inline(words::ApiKeyId), Path)),
    request_body = Rotation,
    responses((status = 201, description = "The new key and its secret.", body = ApiKeySecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["api-keys:write"])),
    extensions(("x-error-codes" = json!(["api-key/already-revoked", "api-key/already-rotated"]))),
)]
pub(super) async fn rotate(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let id = id(&path)?;
    let overlap = overlap(&body.0)?;
    let (new, secret) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let rotated = rotate_api_key(&*app.store, &app.env(), &tenant, &id, overlap, &actor);
        app.key_cache.forget(&id);
        rotated
    })
    .await??;
    Ok(once(&new, &secret))
}

/// How a key is replaced.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `overlap` reads")]
#[schema(rename_all = "camelCase")]
struct Rotation {
    /// A day if it is not told.
    overlap_seconds: Option<words::OverlapSeconds>,
}

fn overlap(body: &[u8]) -> Result<Overlap, ApiError> {
    let mut fields = Fields::parse(body)?;
    let seconds = fields.integer("overlapSeconds", 0..=i64::from(Overlap::MAX_SECONDS));
    fields.finish(|| match seconds {
        None => Some(Overlap::default()),
        Some(seconds) => Overlap::from_seconds(u32::try_from(seconds).ok()?).ok(),
    })
}

/// A new key and its secret.
#[derive(Serialize, ToSchema)]
struct ApiKeySecret<'a> {
    #[schema(value_type = words::ApiKeyId)]
    id: &'a ApiKeyId,
    /// `aks_...`: signs calls, and is shown to nobody again.
    secret: &'a str,
}

/// A new key with its secret, which nobody is shown again.
fn once(id: &ApiKeyId, secret: &Secret) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(ApiKeySecret {
            id,
            secret: secret.expose(),
        })
}
