//! `/v1/api-keys`: credentials for signed calls.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::{ApiError, Detail};
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use crate::shown;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::api_key::{ApiKey, Overlap, Scope};
use mintage_domain::id::ApiKeyId;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::ports::StoreError;
use mintage_domain::secret::Secret;
use mintage_domain::slug::ProductId;
use mintage_domain::usecase::api_key::{create_api_key, revoke_api_key, rotate_api_key};
use serde::Deserialize;
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
    Ok(once(&id, &secret))
}

/// Which keys.
#[derive(Deserialize)]
pub(super) struct Filter {
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

/// `GET /v1/api-keys?product=`: never their secrets.
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
    let show = |key: &ApiKey| shown::api_key(key, uses.get(&key.id).copied(), now);
    Ok(HttpResponse::Ok().json(PageBody::of(&keys, show)))
}

fn id(path: &str) -> Result<ApiKeyId, ApiError> {
    ApiKeyId::parse(path).map_err(|_| ApiError::not_found())
}

/// `POST /v1/api-keys/{id}/revoke`: at once.
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

/// `POST /v1/api-keys/{id}/rotate {overlapSeconds}`; 201 with the new key's secret, shown once.
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

fn overlap(body: &[u8]) -> Result<Overlap, ApiError> {
    let mut fields = Fields::parse(body)?;
    let seconds = fields.integer("overlapSeconds", 0..=i64::from(Overlap::MAX_SECONDS));
    fields.finish(|| match seconds {
        None => Some(Overlap::default()),
        Some(seconds) => Overlap::from_seconds(u32::try_from(seconds).ok()?).ok(),
    })
}

/// A new key with its secret, which nobody is shown again.
fn once(id: &ApiKeyId, secret: &Secret) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(json!({"id": id, "secret": secret.expose()}))
}
