//! `/v1/products/{productId}/key-types`: the key types of a product.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::key_type::{
    KeyTypePatch, KeyTypeRef, create_key_type, set_key_type_archived, update_key_type_and_price,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;

use super::key_type_bodies::{CreateKeyTypeRequest, UpdateKeyTypeRequest};
use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::read_body;
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::catalog::{KeyTypePage, KeyTypeView};

/// Create a key type
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/key-types",
    operation_id = "createKeyType",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    request_body = CreateKeyTypeRequest,
    responses((status = 201, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["common/exists"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    product: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let product = parse_id(&product, ProductId::parse)?;
    let new = CreateKeyTypeRequest::read(&body.read().await?)?;
    let key_type = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_key_type(
            &*app.store,
            &caller.env(app),
            &tenant,
            &product,
            &actor,
            &new,
        )
    })
    .await??;
    Ok(HttpResponse::Created().json(KeyTypeView::of(&key_type)))
}

/// List the key types of a product
#[utoipa::path(
    get,
    path = "/v1/products/{productId}/key-types",
    operation_id = "listKeyTypes",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = KeyTypePage<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    product: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let product = parse_id(&product, ProductId::parse)?;
    let page = query.read()?;
    let key_types = blocking(&app, move |app| {
        let tenant = caller.tenant();
        let (store, product) = (&app.store, &product);
        store
            .product(&tenant, product)?
            .ok_or_else(Problem::not_found)?;
        Ok::<_, Problem>(store.key_types(&tenant, Some(product), &page)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(KeyTypePage::of(&key_types, KeyTypeView::of)))
}

/// The ids in the path.
fn parse_path((product, id): &(String, String)) -> Result<(ProductId, KeyTypeId), Problem> {
    Ok((
        parse_id(product, ProductId::parse)?,
        parse_id(id, KeyTypeId::parse)?,
    ))
}

/// Get a key type
#[utoipa::path(
    get,
    path = "/v1/products/{productId}/key-types/{keyTypeId}",
    operation_id = "getKeyType",
    tag = "Catalog",
    params(
        ("productId" = inline(schema::ProductId), Path),
        ("keyTypeId" = inline(schema::KeyTypeId), Path),
    ),
    responses((status = 200, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let (product, id) = parse_path(&path)?;
    let key_type = blocking(&app, move |app| {
        let found = app.store.key_type(&caller.tenant(), &product, &id)?;
        found.ok_or_else(Problem::not_found)
    })
    .await??;
    Ok(HttpResponse::Ok().json(KeyTypeView::of(&key_type)))
}

/// Update a key type
///
/// What was sold keeps its terms. On a connected account, a new price replaces the old one at Stripe,
/// where the old one is archived. If Stripe fails, the change is kept: repeat the call, or call
/// `setup-prices`. Until then checkouts answer `checkout/no-price`.
#[utoipa::path(
    patch,
    path = "/v1/products/{productId}/key-types/{keyTypeId}",
    operation_id = "updateKeyType",
    tag = "Catalog",
    params(
        ("productId" = inline(schema::ProductId), Path),
        ("keyTypeId" = inline(schema::KeyTypeId), Path),
    ),
    request_body = UpdateKeyTypeRequest,
    responses((status = 200, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!([
        "stripe/cannot-charge",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/refused",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn update(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let (product, id) = parse_path(&path)?;
    let change = KeyTypePatch::from(read_body::<UpdateKeyTypeRequest>(&body.read().await?)?);
    let (concerns_stripe, tenant) = (change.concerns_stripe(), caller.tenant());
    let work = move |app: &App| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let target = KeyTypeRef {
            tenant: &tenant,
            product: &product,
            id: &id,
        };
        let (store, stripe, env) = (&*app.store, &*app.stripe, caller.env(app));
        let changed = update_key_type_and_price(store, stripe, &env, target, &actor, &change);
        app.configuration.expire();
        changed
    };
    let key_type = if concerns_stripe {
        call_stripe(&app, tenant.as_str(), work).await??
    } else {
        blocking(&app, work).await??
    };
    Ok(HttpResponse::Ok().json(KeyTypeView::of(&key_type)))
}

/// Archive a key type
///
/// An archived key type is not sold: checkouts answer `catalog/archived`, and issuing a license answers
/// `common/not-found`. Licenses that were sold stay valid, and an order that is paid still gets its
/// license. The next `setup-prices` archives its price at Stripe.
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/key-types/{keyTypeId}/archive",
    operation_id = "archiveKeyType",
    tag = "Catalog",
    params(
        ("productId" = inline(schema::ProductId), Path),
        ("keyTypeId" = inline(schema::KeyTypeId), Path),
    ),
    responses((status = 200, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:write"])),
)]
pub(super) async fn archive(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    set_archived(&app, &path, &request, true).await
}

/// Restore an archived key type
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/key-types/{keyTypeId}/restore",
    operation_id = "restoreKeyType",
    tag = "Catalog",
    params(
        ("productId" = inline(schema::ProductId), Path),
        ("keyTypeId" = inline(schema::KeyTypeId), Path),
    ),
    responses((status = 200, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:write"])),
)]
pub(super) async fn restore(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    set_archived(&app, &path, &request, false).await
}

async fn set_archived(
    app: &web::Data<App>,
    path: &(String, String),
    request: &HttpRequest,
    archived: bool,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(app, request, TokenScope::ProductsWrite).await?;
    let (product, id) = parse_path(path)?;
    let key_type = blocking(app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let target = KeyTypeRef {
            tenant: &tenant,
            product: &product,
            id: &id,
        };
        let changed =
            set_key_type_archived(&*app.store, &caller.env(app), target, &actor, archived);
        app.configuration.expire();
        changed
    })
    .await??;
    Ok(HttpResponse::Ok().json(KeyTypeView::of(&key_type)))
}
