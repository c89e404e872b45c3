//! `/v1/products/{productId}/key-types`: what is sold of a product.

use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::catalog::{DisplayName, Entitlements, KeyType, LicenseTerms};
use mintage_domain::license::term::Term;
use mintage_domain::management_token::TokenScope;
use mintage_domain::money::{Currency, Money};
use mintage_domain::slug::{KeyTypeId, ProductId};
use mintage_domain::usecase::catalog::{NewKeyType, create_key_type};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// Makes a key type
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/key-types",
    operation_id = "createKeyType",
    tag = "Catalog",
    params(("productId" = inline(words::ProductId), Path)),
    request_body = NewKeyTypeBody,
    responses((status = 201, description = "The key type.", body = KeyTypeBody<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["common/exists"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    product: web::Path<String>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let product = ProductId::parse(&product).map_err(|_| Problem::not_found())?;
    let new = new_key_type(&body.0)?;
    let key_type = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_key_type(&*app.store, &app.env(), &tenant, &product, &actor, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(show(&key_type)))
}

const DEFAULT_ACTIVATIONS: u32 = 3;

/// What to sell of a product. An amount and its currency go together; without them it is not sold
/// by checkout.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `new_key_type` reads")]
#[schema(as = NewKeyType, rename_all = "camelCase")]
struct NewKeyTypeBody {
    key_type_id: words::KeyTypeId,
    display_name: words::DisplayName,
    /// 3 if it is not told.
    activation_limit: Option<words::ActivationLimit>,
    /// `lifetime` if it is not told.
    duration: Option<words::RelativeDuration>,
    /// Within what Stripe charges in the currency.
    price_in_cents: Option<words::Amount>,
    price_currency: Option<words::Currency>,
    entitlements: Option<Vec<words::Entitlement>>,
}

fn new_key_type(body: &[u8]) -> Result<NewKeyType, Problem> {
    let mut fields = Fields::parse(body)?;
    let id = fields.required("keyTypeId", KeyTypeId::parse);
    let display_name = fields.required("displayName", DisplayName::parse);
    let limit = fields.integer(
        "activationLimit",
        1..=i64::from(LicenseTerms::MAX_ACTIVATIONS),
    );
    let term = fields.optional("duration", Term::parse);
    let entitlements = fields.texts("entitlements", Entitlements::parse);
    let price = price(&mut fields);
    fields.finish(|| {
        Some(NewKeyType {
            id: id?,
            display_name: display_name?,
            terms: LicenseTerms {
                term: term.unwrap_or(Term::Lifetime),
                activation_limit: limit
                    .and_then(|limit| u32::try_from(limit).ok())
                    .unwrap_or(DEFAULT_ACTIVATIONS),
                entitlements: entitlements.unwrap_or_default(),
            },
            price,
        })
    })
}

/// An amount and its currency, both or neither.
fn price(fields: &mut Fields) -> Option<Money> {
    let amount = fields.integer("priceInCents", 0..=i64::MAX);
    let currency = fields.optional("priceCurrency", Currency::parse);
    let money = match (amount, currency) {
        (Some(amount), Some(currency)) => Money::new(amount, currency),
        (Some(_), None) => {
            fields.reject("priceCurrency", "goes with priceInCents");
            return None;
        }
        (None, Some(_)) => {
            fields.reject("priceInCents", "goes with priceCurrency");
            return None;
        }
        (None, None) => return None,
    };
    match money {
        Ok(money) => match money.is_chargeable() {
            Ok(()) => return Some(money),
            Err(error) => fields.reject("priceInCents", error),
        },
        Err(error) => fields.reject("priceInCents", error),
    }
    None
}

/// Lists the key types of a product
#[utoipa::path(
    get,
    path = "/v1/products/{productId}/key-types",
    operation_id = "listKeyTypes",
    tag = "Catalog",
    params(("productId" = inline(words::ProductId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<KeyTypeBody<'_>>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    product: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::ProductsRead).await?;
    let product = ProductId::parse(&product).map_err(|_| Problem::not_found())?;
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
    Ok(HttpResponse::Ok().json(PageBody::of(&key_types, show)))
}

/// What is sold of a product.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeyType)]
struct KeyTypeBody<'a> {
    #[schema(value_type = words::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = words::KeyTypeId)]
    key_type_id: &'a KeyTypeId,
    #[schema(value_type = words::DisplayName)]
    display_name: &'a str,
    #[schema(value_type = words::ActivationLimit)]
    activation_limit: u32,
    #[schema(value_type = words::RelativeDuration)]
    duration: String,
    #[schema(required, value_type = Option<words::Amount>)]
    price_in_cents: Option<i64>,
    #[schema(required, value_type = Option<words::Currency>)]
    price_currency: Option<&'static str>,
    #[schema(value_type = Vec<words::Entitlement>)]
    entitlements: &'a [String],
    #[schema(value_type = words::Time)]
    created_at: String,
}

fn show(key_type: &KeyType) -> KeyTypeBody<'_> {
    KeyTypeBody {
        product_id: &key_type.product,
        key_type_id: &key_type.id,
        display_name: key_type.display_name.as_str(),
        activation_limit: key_type.terms.activation_limit,
        duration: key_type.terms.term.to_string(),
        price_in_cents: key_type.price.map(Money::minor),
        price_currency: key_type.price.map(|price| price.currency().as_str()),
        entitlements: key_type.terms.entitlements.as_slice(),
        created_at: key_type.created_at.to_rfc3339(),
    }
}
