//! `/v1/promotion-codes`: the promotion codes of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::id::PromotionCodeId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::promotion_code::{Discount, DurationKind};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::PromotionCodeFilter;
use mintage_domain::usecase::sales::promotion_code::{
    self, CreatePromotionCode, PromotionCodePatch, create_promotion_code, get_promotion_code,
    update_promotion_code,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::outbound::{call_stripe, check_circuit};
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, Patch, read_body};
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::schema;
use crate::views::sales_report::{PromotionCodePage, PromotionCodeView};

/// The promotion code to create. It takes off either a share, or an amount of a currency.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct CreatePromotionCodeRequest {
    mode: schema::Mode,
    /// The product that the code is for. Without one, it is for all products.
    #[deserr(default)]
    product_id: Option<schema::ProductId>,
    code: schema::PromotionCodeText,
    #[deserr(default)]
    percent_off: Option<schema::PercentOff>,
    /// More than 0, with a `currency`.
    #[deserr(default)]
    amount_off: Option<schema::Amount>,
    #[deserr(default)]
    currency: Option<schema::Currency>,
    /// The default is `once`.
    #[deserr(default)]
    duration: Option<schema::DiscountDuration>,
    /// Required for `repeating`, and only for it.
    #[deserr(default)]
    duration_in_months: Option<schema::Months>,
    #[deserr(default)]
    max_redemptions: Option<schema::MaxRedemptions>,
    #[deserr(default)]
    expires_at: Option<schema::FutureTime>,
    /// Whether only buyers can use the code who have never bought before. The default is `false`.
    #[deserr(default)]
    first_time_only: Option<bool>,
    #[deserr(default)]
    campaign: Option<schema::Campaign>,
    /// The default is `true`.
    #[deserr(default)]
    active: Option<bool>,
}

impl CreatePromotionCodeRequest {
    fn read(body: &[u8], now: Timestamp) -> Result<CreatePromotionCode, Problem> {
        let body = read_body::<Self>(body)?;
        let (duration, months) = duration(body.duration, body.duration_in_months)?;
        Ok(CreatePromotionCode {
            mode: body.mode.0,
            product: body.product_id.map(|product| product.0),
            code: body.code.0,
            discount: discount(body.percent_off, body.amount_off, body.currency)?,
            duration,
            months,
            max_redemptions: body.max_redemptions.map(|max| max.0),
            expires_at: expiry(body.expires_at, now)?,
            first_time_only: body.first_time_only.unwrap_or(false),
            campaign: body.campaign.map(|campaign| campaign.0),
            active: body.active.unwrap_or(true),
        })
    }
}

fn discount(
    percent: Option<schema::PercentOff>,
    amount: Option<schema::Amount>,
    currency: Option<schema::Currency>,
) -> Result<Discount, Faults> {
    match (percent, amount, currency) {
        (Some(percent), None, None) => Ok(Discount::Percent(percent.0)),
        (None, Some(amount), Some(currency)) => match Money::new(amount.0, currency.0) {
            Ok(money) if money.minor() > 0 => Ok(Discount::Amount(money)),
            Ok(_) => Err(Faults::one("amountOff", "must be more than 0")),
            Err(error) => Err(Faults::one("amountOff", error)),
        },
        (None, Some(_), None) => Err(Faults::one("currency", "is required with amountOff")),
        (Some(_), Some(_), _) => Err(Faults::one("amountOff", "cannot go with percentOff")),
        (_, None, Some(_)) => Err(Faults::one("currency", "goes with amountOff only")),
        (None, None, None) => {
            let message = "is required unless there are amountOff and currency";
            Err(Faults::one("percentOff", message))
        }
    }
}

fn duration(
    kind: Option<schema::DiscountDuration>,
    months: Option<schema::Months>,
) -> Result<(DurationKind, Option<u32>), Faults> {
    let kind = kind.map_or(DurationKind::Once, |kind| kind.0);
    match (kind, months) {
        (DurationKind::Repeating, None) => {
            let message = "is required for a repeating discount";
            Err(Faults::one("durationInMonths", message))
        }
        (DurationKind::Once | DurationKind::Forever, Some(_)) => {
            let message = "goes with the duration `repeating` only";
            Err(Faults::one("durationInMonths", message))
        }
        (kind, months) => Ok((kind, months.map(|months| months.0))),
    }
}

fn expiry(
    expires_at: Option<schema::FutureTime>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Faults> {
    match expires_at.map(|at| at.0) {
        Some(at) if at <= now => Err(Faults::one("expiresAt", "must be in the future")),
        at => Ok(at),
    }
}

/// Create a promotion code
///
/// Creates a coupon and the code on the Stripe account of the mode. If Stripe refuses the code, the coupon is
/// deleted again.
#[utoipa::path(
    post,
    path = "/v1/promotion-codes",
    operation_id = "createPromotionCode",
    tag = "Sales",
    request_body = CreatePromotionCodeRequest,
    responses((status = 201, description = "The promotion code.", body = PromotionCodeView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!([
        "common/exists",
        "common/not-found",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let new = CreatePromotionCodeRequest::read(&body.read().await?, app.clock.now())?;
    let (tenant, mode) = (caller.tenant(), new.mode);
    let of_tenant = tenant.clone();
    let access = blocking(&app, move |app| {
        promotion_code::access(&*app.store, &of_tenant, mode)
    })
    .await??;
    check_circuit(&app, mode, access.account())?;
    let code = call_stripe(&app, tenant.as_str(), move |app| {
        let by = (&caller.tenant(), &caller.actor());
        create_promotion_code(&*app.store, &*app.stripe, &caller.env(app), by, &new)
    })
    .await??;
    Ok(HttpResponse::Created().json(PromotionCodeView::of(&code)))
}

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Codes of this mode.
    #[param(nullable = false, inline, value_type = Option<schema::Mode>)]
    mode: Option<String>,
    /// Codes for this product.
    #[param(nullable = false, inline, value_type = Option<schema::ProductId>)]
    product_id: Option<String>,
    /// Codes of this campaign.
    #[param(nullable = false, inline, value_type = Option<schema::Campaign>)]
    campaign: Option<String>,
    /// Codes that are active, or are not.
    #[param(nullable = false, value_type = Option<bool>)]
    active: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<PromotionCodeFilter, Problem> {
        let mut params = QueryParams::new();
        let active = |text: &str| text.parse::<bool>().map_err(|_| "must be true or false");
        let filter = PromotionCodeFilter {
            mode: params.read("mode", self.mode.as_deref(), Mode::parse),
            product: params.read("productId", self.product_id.as_deref(), ProductId::parse),
            campaign: params.read("campaign", self.campaign.as_deref(), schema::campaign),
            active: params.read("active", self.active.as_deref(), active),
        };
        params.finish(filter)
    }
}

/// List promotion codes
#[utoipa::path(
    get,
    path = "/v1/promotion-codes",
    operation_id = "listPromotionCodes",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = PromotionCodePage<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let (filter, page) = (filter.read()?, query.read()?);
    let codes = blocking(&app, move |app| {
        app.store.promotion_codes(&caller.tenant(), &filter, &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(PromotionCodePage::of(&codes, PromotionCodeView::of)))
}

/// Get a promotion code
#[utoipa::path(
    get,
    path = "/v1/promotion-codes/{id}",
    operation_id = "getPromotionCode",
    tag = "Sales",
    params(("id" = inline(schema::PromotionCodeId), Path)),
    responses((status = 200, description = "The promotion code.", body = PromotionCodeView<'_>)),
    security(("managementToken" = ["products:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsRead).await?;
    let id = parse_id(&path, PromotionCodeId::parse)?;
    let code = blocking(&app, move |app| {
        get_promotion_code(&*app.store, &caller.tenant(), &id)
    })
    .await??;
    Ok(HttpResponse::Ok().json(PromotionCodeView::of(&code)))
}

/// The fields of a promotion code to change. A field that is missing stays.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct UpdatePromotionCodeRequest {
    /// Whether the code can be used.
    #[deserr(default)]
    active: Option<bool>,
    /// Null for none. Orders that were sold keep the campaign that they were sold by.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Campaign>)]
    campaign: Patch<schema::Campaign>,
}

/// Update a promotion code
///
/// Activates or deactivates the code at Stripe, and names its campaign.
#[utoipa::path(
    patch,
    path = "/v1/promotion-codes/{id}",
    operation_id = "updatePromotionCode",
    tag = "Sales",
    params(("id" = inline(schema::PromotionCodeId), Path)),
    request_body = UpdatePromotionCodeRequest,
    responses((status = 200, description = "The promotion code.", body = PromotionCodeView<'_>)),
    security(("managementToken" = ["products:write"])),
    extensions(("x-error-codes" = json!([
        "common/exists",
        "stripe/failed",
        "stripe/not-configured",
        "stripe/not-connected",
        "stripe/refused",
        "stripe/unavailable",
    ]))),
)]
pub(super) async fn update(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::ProductsWrite).await?;
    let id = parse_id(&path, PromotionCodeId::parse)?;
    let body = read_body::<UpdatePromotionCodeRequest>(&body.read().await?)?;
    let changes = PromotionCodePatch {
        active: body.active,
        campaign: body.campaign.0.map(|campaign| campaign.0),
    };
    let tenant = caller.tenant();
    let code = call_stripe(&app, tenant.as_str(), move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let of = (&tenant, &id);
        update_promotion_code(
            &*app.store,
            &*app.stripe,
            &caller.env(app),
            of,
            &actor,
            &changes,
        )
    })
    .await??;
    Ok(HttpResponse::Ok().json(PromotionCodeView::of(&code)))
}
