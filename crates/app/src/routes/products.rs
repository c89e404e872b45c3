//! `/v1/products`: the apps a tenant sells.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::catalog::{DisplayName, Product};
use mintage_domain::license::key::{KeyFormat, KeyPrefix};
use mintage_domain::management_token::TokenScope;
use mintage_domain::slug::ProductId;
use mintage_domain::usecase::catalog::{NewProduct, create_product};
use serde_json::{Value, json};

/// `POST /v1/products {productId, displayName, keyPrefix, keyFormat}`; 201.
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let new = new_product(&body.0)?;
    let product = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_product(&*app.store, &app.env(), &tenant, &actor, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(show(&product)))
}

fn new_product(body: &[u8]) -> Result<NewProduct, ApiError> {
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

/// `GET /v1/products`.
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ProductsRead).await?;
    let page = query.read()?;
    let products = blocking(&app, move |app| app.store.products(&caller.tenant(), &page)).await??;
    Ok(HttpResponse::Ok().json(PageBody::of(&products, show)))
}

fn show(product: &Product) -> Value {
    json!({
        "productId": product.id,
        "displayName": product.display_name.as_str(),
        "keyPrefix": product.key_prefix.as_str(),
        "keyFormat": product.key_format.as_str(),
        "createdAt": product.created_at.to_rfc3339(),
    })
}
