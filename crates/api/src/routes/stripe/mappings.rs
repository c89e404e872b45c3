//! `/v1/integrations/stripe/mappings`: what the prices and payment links of a seller's own sell.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::model::sales::mapping::{MAX_MAPPINGS, PaidBy, SaleMapping};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::stripe::mappings;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::{Detail, Problem};
use utoipa::ToSchema;

use super::manual::ModeQuery;
use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::schema;
use crate::views::seller_stripe::MappingsView;

/// All mappings of a mode.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct SetMappingsRequest {
    mode: schema::Mode,
    /// At most 200.
    #[schema(max_items = 200)]
    items: Vec<MappingItem>,
}

/// What a price or a payment link sells: one of `price` and `paymentLink`.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct MappingItem {
    #[deserr(default)]
    price: Option<schema::StripePriceId>,
    #[deserr(default)]
    payment_link: Option<schema::PaymentLinkId>,
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
}

impl MappingItem {
    fn into_mapping(self) -> Option<SaleMapping> {
        let paid = match (self.price, self.payment_link) {
            (Some(price), None) => PaidBy::Price(price.0),
            (None, Some(link)) => PaidBy::PaymentLink(link.0),
            _ => return None,
        };
        Some(SaleMapping {
            paid,
            product: self.product_id.0,
            key_type: self.key_type_id.0,
        })
    }
}

fn read_items(items: Vec<MappingItem>) -> Result<Vec<SaleMapping>, Problem> {
    if items.len() > MAX_MAPPINGS {
        let message = format!("must have {MAX_MAPPINGS} mappings at most");
        return Err(Problem::invalid_fields(vec![Detail::new("items", message)]));
    }
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item.into_mapping() {
            Some(mapping) => read.push(mapping),
            None => faults.push(Detail::new(
                format!("items.{index}"),
                "must have one of `price` and `paymentLink`",
            )),
        }
    }
    if faults.is_empty() {
        return Ok(read);
    }
    Err(Problem::invalid_fields(faults))
}

/// Set the mappings
///
/// Replaces all mappings of the mode. A paid session without `key_type_id` in its metadata sells what its
/// payment link is mapped to, else what its price is mapped to. Orders that wait for their seller are not
/// minted by a new mapping; `mintOrder` mints them.
#[utoipa::path(
    put,
    path = "/v1/integrations/stripe/mappings",
    operation_id = "setStripeMappings",
    tag = "Integrations",
    request_body = SetMappingsRequest,
    responses((status = 200, description = "The mappings.", body = MappingsView<'_>)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let SetMappingsRequest { mode, items } = read_body(&body.read().await?)?;
    let items = read_items(items)?;
    let mappings = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let wanted = (mode.0, &items[..]);
        mappings::set_mappings(&*app.store, &caller.env(app), &tenant, &actor, wanted)
    })
    .await??;
    Ok(HttpResponse::Ok().json(MappingsView::of(&mappings)))
}

/// Get the mappings
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/mappings",
    operation_id = "getStripeMappings",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 200, description = "The mappings.", body = MappingsView<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let mode = query.read()?;
    let mappings = blocking(&app, move |app| {
        mappings::mappings(&*app.store, &caller.tenant(), mode)
    })
    .await??;
    Ok(HttpResponse::Ok().json(MappingsView::of(&mappings)))
}
