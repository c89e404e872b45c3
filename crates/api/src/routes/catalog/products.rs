//! `/v1/products`: the products of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::product::{NewProduct, create_product};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::request::PageQuery;
use crate::schema;
use crate::views::catalog::{ProductPage, ProductView};

/// The product to create.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
struct CreateProductRequest {
    product_id: schema::ProductId,
    display_name: schema::DisplayName,
    key_prefix: schema::KeyPrefix,
    /// The default is `classic`, which needs a prefix of 4 characters.
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
