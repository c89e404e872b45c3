//! `/v1/api-keys`: credentials for signed calls.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::access::api_key::Overlap;
use mintage_domain::model::access::credential::{KeyKind, SignatureVersion};
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
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, PageQuery, QueryParams, parse_id};
use crate::views::{ApiKeySecret, ApiKeyView, PageView};

/// Makes an API key
///
/// Its secret is shown this once. A key of the scope `PUBLISHABLE` has none, and no signature version.
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
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let mut fields = Fields::parse(&body.0)?;
    let product = fields.required("productId", ProductId::parse);
    let kind = fields.required("scope", KeyKind::parse);
    let mode = fields.required("mode", Mode::parse);
    let version = signature_version(&mut fields);
    let kind = kind.and_then(|kind| match kind.signing(version) {
        Ok(kind) => Some(kind),
        Err(error) => {
            fields.reject(SIGNATURE_VERSION, error);
            None
        }
    });
    let (product, what) = fields.finish(|| Some((product?, (kind?, mode?))))?;
    let new = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_api_key(&*app.store, &app.env(), &tenant, &product, &actor, what)
    })
    .await??;
    Ok(once(&new))
}

const SIGNATURE_VERSION: &str = "signatureVersion";

fn signature_version(fields: &mut Fields) -> Option<SignatureVersion> {
    let number = fields.integer(SIGNATURE_VERSION, 1..=2)?;
    SignatureVersion::from_number(number).ok()
}

/// A key to make.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `create` reads")]
#[schema(rename_all = "camelCase")]
struct NewApiKey {
    product_id: schema::ProductId,
    scope: schema::ApiKeyScope,
    mode: schema::Mode,
    /// 1 if it is not told. Not of a publishable key.
    signature_version: Option<schema::SignatureVersion>,
}

/// Which keys.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this product.
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

/// Lists API keys
///
/// Never their secrets.
#[utoipa::path(
    get,
    path = "/v1/api-keys",
    operation_id = "listApiKeys",
    tag = "Catalog",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = PageView<ApiKeyView<'_>>)),
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
    Ok(HttpResponse::Ok().json(PageView::of(&keys, |key| {
        ApiKeyView::of(key, uses.get(&key.id).copied(), now)
    })))
}

/// Revokes an API key
///
/// At once on the server that is asked, on others within five seconds.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/revoke",
    operation_id = "revokeApiKey",
    tag = "Catalog",
    params(("id" = inline(schema::ApiKeyId), Path)),
    responses((status = 200, description = "The key.", body = ApiKeyView<'_>)),
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
        let revoked = revoke_api_key(&*app.store, &app.env(), &tenant, &id, &actor);
        // Whatever came of it: a commit that failed may have been done.
        app.api_key_cache.remove(&id);
        let key = revoked?;
        let uses = app.store.last_used(std::slice::from_ref(&id))?;
        Ok::<_, Problem>((key, uses.get(&id).copied()))
    })
    .await??;
    Ok(HttpResponse::Ok().json(ApiKeyView::of(&key, last_use, app.clock.now())))
}

/// Replaces an API key
///
/// Makes another of the same product, scope, mode and signature version, unless another version is
/// given. Its secret is shown this once. The old one stays good for the overlap.
#[utoipa::path(
    post,
    path = "/v1/api-keys/{id}/rotate",
    operation_id = "rotateApiKey",
    tag = "Catalog",
    params(("id" = inline(schema::ApiKeyId), Path)),
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
    let caller = TokenCaller::of(&app, &request, TokenScope::ApiKeysWrite).await?;
    let id = parse_id(&path, ApiKeyId::parse)?;
    let how = rotation(&body.0)?;
    let new = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let rotated = rotate_api_key(&*app.store, &app.env(), &tenant, &id, how, &actor);
        app.api_key_cache.remove(&id);
        rotated
    })
    .await??;
    Ok(once(&new))
}

/// How a key is replaced.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `rotation` reads")]
#[schema(rename_all = "camelCase")]
struct Rotation {
    /// A day if it is not told.
    overlap_seconds: Option<schema::OverlapSeconds>,
    /// As the old key's if it is not told. Not of a publishable key.
    signature_version: Option<schema::SignatureVersion>,
}

/// For how long the old key stays good, and what the new one signs if that changes.
fn rotation(body: &[u8]) -> Result<(Overlap, Option<SignatureVersion>), Problem> {
    let mut fields = Fields::parse(body)?;
    let seconds = fields.integer("overlapSeconds", 0..=i64::from(Overlap::MAX_SECONDS));
    let version = signature_version(&mut fields);
    let overlap = fields.finish(|| match seconds {
        None => Some(Overlap::default()),
        Some(seconds) => Overlap::from_seconds(u32::try_from(seconds).ok()?).ok(),
    })?;
    Ok((overlap, version))
}

/// A new key with its secret, if it has one, which nobody is shown again.
fn once(new: &CreatedApiKey) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(ApiKeySecret::of(new))
}
