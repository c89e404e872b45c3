//! `/v1/products/{productId}/key-types`: what is sold of a product.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::key_type::{NewKeyType, create_key_type};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes, PageQuery, parse_id};
use crate::views::{KeyTypeView, PageView};

/// Makes a key type
#[utoipa::path(
    post,
    path = "/v1/products/{productId}/key-types",
    operation_id = "createKeyType",
    tag = "Catalog",
    params(("productId" = inline(schema::ProductId), Path)),
    request_body = NewKeyTypeBody,
    responses((status = 201, description = "The key type.", body = KeyTypeView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!(["common/exists"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    product: web::Path<String>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let product = parse_id(&product, ProductId::parse)?;
    let new = new_key_type(&body.0)?;
    let key_type = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_key_type(&*app.store, &app.env(), &tenant, &product, &actor, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(KeyTypeView::of(&key_type)))
}

const DEFAULT_ACTIVATIONS: u32 = 3;

/// What to sell of a product. An amount and its currency go together; without them it is not sold
/// by checkout.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `new_key_type` reads")]
#[schema(as = NewKeyType, rename_all = "camelCase")]
struct NewKeyTypeBody {
    key_type_id: schema::KeyTypeId,
    display_name: schema::DisplayName,
    /// 3 if it is not told.
    activation_limit: Option<schema::ActivationLimit>,
    /// `lifetime` if it is not told.
    duration: Option<schema::RelativeDuration>,
    /// Within what Stripe charges in the currency.
    price_in_cents: Option<schema::Amount>,
    price_currency: Option<schema::Currency>,
    entitlements: Option<Vec<schema::Entitlement>>,
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
    params(("productId" = inline(schema::ProductId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageView<KeyTypeView<'_>>)),
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
    Ok(HttpResponse::Ok().json(PageView::of(&key_types, KeyTypeView::of)))
}
