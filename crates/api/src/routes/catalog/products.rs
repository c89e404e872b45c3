//! `/v1/products`: the apps a tenant sells.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::licenses::key::{KeyFormat, KeyPrefix};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::product::{NewProduct, create_product};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, PageQuery};
use crate::views::{PageView, ProductView};

/// Makes a product
#[utoipa::path(
    post,
    path = "/v1/products",
    operation_id = "createProduct",
    tag = "Catalog",
    request_body = NewProductBody,
    responses((status = 201, description = "The product.", body = ProductView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["common/exists", "quota/products-exceeded"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let new = new_product(&body.0)?;
    let product = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_product(&*app.store, &app.env(), &tenant, &actor, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(ProductView::of(&product)))
}

/// An app to sell.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `new_product` reads")]
#[schema(as = NewProduct, rename_all = "camelCase")]
struct NewProductBody {
    product_id: schema::ProductId,
    display_name: schema::DisplayName,
    key_prefix: schema::KeyPrefix,
    /// `classic` if it is not told. Its prefix has 4 characters.
    key_format: Option<schema::KeyFormat>,
}

fn new_product(body: &[u8]) -> Result<NewProduct, Problem> {
    let mut fields = Fields::parse(body)?;
    let id = fields.required("productId", ProductId::parse);
    let display_name = fields.required("displayName", DisplayName::parse);
    let key_prefix = fields.required("keyPrefix", KeyPrefix::parse);
    let key_format = fields.optional("keyFormat", KeyFormat::parse);
    fields.finish(|| {
        Some(NewProduct {
            id: id?,
            display_name: display_name?,
            key_prefix: key_prefix?,
            key_format: key_format.unwrap_or(KeyFormat::Classic),
        })
    })
}

/// Lists products
#[utoipa::path(
    get,
    path = "/v1/products",
    operation_id = "listProducts",
    tag = "Catalog",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = PageView<ProductView<'_>>)),
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
    Ok(HttpResponse::Ok().json(PageView::of(&products, ProductView::of)))
}
