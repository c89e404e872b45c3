//! `/v1/products/{productId}/key-types`: the key types of a product.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::money::Money;
use mintage_domain::base::slug::{KeyTypeId, ProductId};
use mintage_domain::model::catalog::price::{self, InvalidPrice};
use mintage_domain::model::licenses::recurrence::RecurrenceChange;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::catalog::key_type::{
    KeyTypePatch, KeyTypeRef, NewKeyType, create_key_type, set_key_type_archived,
    update_key_type_and_price,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::call_stripe;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, Patch, read_body, read_body_with};
use crate::request::{PageQuery, parse_id};
use crate::routes::catalog::recurrence::recurrence;
use crate::schema;
use crate::views::catalog::{KeyTypePage, KeyTypeView};

/// The key type to create. An amount needs a currency, and a currency needs an amount. Without a price,
/// the key type is not sold by checkout.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
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
    /// Makes the key type recurring: checkouts begin a subscription. A recurring key type has no duration.
    #[deserr(default)]
    interval: Option<schema::Interval>,
    /// The default is 1; only with an interval.
    #[deserr(default)]
    interval_count: Option<schema::IntervalCount>,
    /// The default is 0; only with an interval.
    #[deserr(default)]
    trial_days: Option<schema::TrialDays>,
    /// The default is 7; only with an interval.
    #[deserr(default)]
    grace_days: Option<schema::GraceDays>,
}

impl CreateKeyTypeRequest {
    fn read(body: &[u8]) -> Result<NewKeyType, Problem> {
        let body = read_body_with::<Self>(body, |fields| {
            price(fields.get("priceInCents"), fields.get("priceCurrency"))?;
            let values = (
                fields.get("interval"),
                fields.get("intervalCount"),
                fields.get("trialDays"),
                fields.get("graceDays"),
            );
            let duration: Option<schema::RelativeDuration> = fields.get("duration");
            recurrence(values, duration.is_some()).map(drop)
        })?;
        let has_duration = body.duration.is_some();
        let values = (
            body.interval,
            body.interval_count,
            body.trial_days,
            body.grace_days,
        );
        Ok(NewKeyType {
            id: body.key_type_id.0,
            display_name: body.display_name.0,
            terms: LicenseTerms::with_defaults(
                body.duration.map(|duration| duration.0),
                body.activation_limit.map(|limit| limit.0),
                body.entitlements.map(|list| list.0),
            ),
            price: price(body.price_in_cents, body.price_currency)?,
            recurrence: recurrence(values, has_duration)?,
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

/// The fields of a key type to change. A field that is missing stays.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct UpdateKeyTypeRequest {
    #[deserr(default)]
    display_name: Option<schema::DisplayName>,
    #[deserr(default)]
    activation_limit: Option<schema::ActivationLimit>,
    #[deserr(default)]
    duration: Option<schema::RelativeDuration>,
    /// `null` takes the key type off sale by checkout.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Amount>)]
    price_in_cents: Patch<schema::Amount>,
    #[deserr(default)]
    #[schema(value_type = Option<schema::Currency>)]
    price_currency: Patch<schema::Currency>,
    #[deserr(default)]
    entitlements: Option<schema::Entitlements>,
    /// `null` makes the key type one that is paid once. What was sold keeps its subscription.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Interval>)]
    interval: Patch<schema::Interval>,
    /// `null` stands for 1.
    #[deserr(default)]
    #[schema(value_type = Option<schema::IntervalCount>)]
    interval_count: Patch<schema::IntervalCount>,
    /// `null` stands for 0.
    #[deserr(default)]
    #[schema(value_type = Option<schema::TrialDays>)]
    trial_days: Patch<schema::TrialDays>,
    /// `null` stands for 7.
    #[deserr(default)]
    #[schema(value_type = Option<schema::GraceDays>)]
    grace_days: Patch<schema::GraceDays>,
}

impl From<UpdateKeyTypeRequest> for KeyTypePatch {
    fn from(body: UpdateKeyTypeRequest) -> Self {
        Self {
            display_name: body.display_name.map(|name| name.0),
            term: body.duration.map(|duration| duration.0),
            activation_limit: body.activation_limit.map(|limit| limit.0),
            entitlements: body.entitlements.map(|list| list.0),
            price_amount: body.price_in_cents.0.map(|amount| amount.0),
            price_currency: body.price_currency.0.map(|currency| currency.0),
            recurrence: RecurrenceChange {
                interval: body.interval.0.map(|interval| interval.0),
                count: body.interval_count.0.map(|count| count.0),
                trial_days: body.trial_days.0.map(|days| days.0),
                grace_days: body.grace_days.0.map(|days| days.0),
            },
        }
    }
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
