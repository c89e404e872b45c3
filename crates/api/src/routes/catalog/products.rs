//! `/v1/products`: the products of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::product::{
    NewProduct, ProductPatch, create_product, set_product_archived, update_product,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::catalog::{ProductPage, ProductView};

/// The product to create.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct CreateProductRequest {
    product_id: schema::ProductId,
    display_name: schema::DisplayName,
    key_prefix: schema::KeyPrefix,
    /// The default is `classic`.
    #[deserr(default)]
    key_format: Option<schema::KeyFormat>,
}

impl From<CreateProductRequest> for NewProduct {
    fn from(body: CreateProductRequest) -> Self {
        Self {
            id: body.product_id.0,
            display_name: body.display_name.0,
            key_prefix: body.key_prefix.0,
            key_format: body.key_format.map(|format| format.0).unwrap_or_default(),
        }
    }
}

/// Create a product
#[utoipa::path(
    post,
    path = "/v1/products",
    operation_id = "createProduct",
    tag = "Catalog",
    request_body = CreateProductRequest,
    responses((status = 201, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["common/exists", "quota/products-exceeded"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let new = read_body::<CreateProductRequest>(&body.read().await?)?.into();
    let product = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_product(&*app.store, &caller.env(app), &tenant, &actor, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(ProductView::of(&product)))
}

/// List products
#[utoipa::path(
    get,
    path = "/v1/products",
    operation_id = "listProducts",
    tag = "Catalog",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = ProductPage<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let page = query.read()?;
    let products = blocking(&app, move |app| app.store.products(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(ProductPage::of(&products, ProductView::of)))
}

/// Get a product
#[utoipa::path(
    get,
    path = "/v1/products/{productId}",
    operation_id = "getProduct",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    responses((status = 200, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let id = parse_id(&path, ProductId::parse)?;
    let product = blocking(&app, move |app| {
        let found = app.store.product(&caller.tenant(), &id)?;
        found.ok_or_else(Problem::not_found)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ProductView::of(&product)))
}

/// The fields of a product to change. A field that is missing stays.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct UpdateProductRequest {
    #[deserr(default)]
    display_name: Option<schema::DisplayName>,
    /// The prefix of new license keys.
    #[deserr(default)]
    key_prefix: Option<schema::KeyPrefix>,
    /// The format of new license keys.
    #[deserr(default)]
    key_format: Option<schema::KeyFormat>,
}

/// Update a product
///
/// License keys that were sold keep their prefix and format. Call `setup-prices` to rename the product
/// at Stripe.
#[utoipa::path(
    patch,
    path = "/v1/products/{productId}",
    operation_id = "updateProduct",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    request_body = UpdateProductRequest,
    responses((status = 200, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:write"])),
)]
pub(super) async fn update(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let id = parse_id(&path, ProductId::parse)?;
    let body = read_body::<UpdateProductRequest>(&body.read().await?)?;
    let change = ProductPatch {
        display_name: body.display_name.map(|name| name.0),
        key_prefix: body.key_prefix.map(|prefix| prefix.0),
        key_format: body.key_format.map(|format| format.0),
    };
    let product = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let changed = update_product(
            &*app.store,
            &caller.env(app),
            (&tenant, &id),
            &actor,
            &change,
        );
        app.configuration.expire();
        changed
    })
    .await??;
    Ok(HttpResponse::Ok().json(ProductView::of(&product)))
}

/// Archive a product
///
/// An archived product is not sold: checkouts answer `catalog/archived`, and issuing a license answers
/// `common/not-found`. Licenses that were sold stay valid, and an order that is paid still gets its
/// license. The product does not count towards the quota of the plan.
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/archive",
    operation_id = "archiveProduct",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    responses((status = 200, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:write"])),
)]
pub(super) async fn archive(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    set_archived(&app, &path, &request, true).await
}

/// Restore an archived product
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/restore",
    operation_id = "restoreProduct",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    responses((status = 200, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["quota/products-exceeded"]))),
)]
pub(super) async fn restore(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    set_archived(&app, &path, &request, false).await
}

async fn set_archived(
    app: &web::Data<App>,
    path: &str,
    request: &HttpRequest,
    archived: bool,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(app, request, TokenScope::ProductsWrite).await?;
    let id = parse_id(path, ProductId::parse)?;
    let product = blocking(app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let (store, env) = (&*app.store, caller.env(app));
        let changed = set_product_archived(store, &env, (&tenant, &id), &actor, archived);
        app.configuration.expire();
        changed
    })
    .await??;
    Ok(HttpResponse::Ok().json(ProductView::of(&product)))
}
