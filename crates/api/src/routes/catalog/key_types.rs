//! `/v1/products/{productId}/key-types`: the key types of a product.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::money::Money;
use mintage_domain::base::slug::ProductId;
use mintage_domain::model::catalog::price::{self, InvalidPrice};
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::key_type::{NewKeyType, create_key_type};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body_with};
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::catalog::{KeyTypePage, KeyTypeView};

/// The key type to create. An amount needs a currency, and a currency needs an amount. Without a price,
/// the key type is not sold by checkout.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
struct CreateKeyTypeRequest {
    key_type_id: schema::KeyTypeId,
    display_name: schema::DisplayName,
    /// The default is 3.
    #[deserr(default)]
    activation_limit: Option<schema::ActivationLimit>,
    /// The default is `lifetime`.
    #[deserr(default)]
    duration: Option<schema::RelativeDuration>,
    /// Within the limits of Stripe for the currency.
    #[deserr(default)]
    price_in_cents: Option<schema::Amount>,
    #[deserr(default)]
    price_currency: Option<schema::Currency>,
    #[deserr(default)]
    entitlements: Option<schema::Entitlements>,
}

impl CreateKeyTypeRequest {
    fn read(body: &[u8]) -> Result<NewKeyType, Problem> {
        let body = read_body_with::<Self>(body, |fields| {
            price(fields.get("priceInCents"), fields.get("priceCurrency")).map(drop)
        })?;
        Ok(NewKeyType {
            id: body.key_type_id.0,
            display_name: body.display_name.0,
            terms: LicenseTerms::with_defaults(
                body.duration.map(|duration| duration.0),
                body.activation_limit.map(|limit| limit.0),
                body.entitlements.map(|list| list.0),
            ),
            price: price(body.price_in_cents, body.price_currency)?,
        })
    }
}

fn price(
    amount: Option<schema::Amount>,
    currency: Option<schema::Currency>,
) -> Result<Option<Money>, Faults> {
    let price = price::price(amount.map(|it| it.0), currency.map(|it| it.0));
    price.map_err(|error| {
        let field = match error {
            InvalidPrice::NoCurrency => "priceCurrency",
            InvalidPrice::NoAmount | InvalidPrice::Amount(_) | InvalidPrice::BelowMinimum(_) => {
                "priceInCents"
            }
        };
        Faults::one(field, error)
    })
}

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
