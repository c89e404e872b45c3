//! `GET /v1/sales` and `GET /v1/sales.csv`: the sales ledger, summed and as it is.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{SalesGroup, SalesRange};
use mintage_domain::usecase::sales::report;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::TokenCaller;
use crate::csv::LedgerCsv;
use crate::error::ApiError;
use crate::request::QueryParams;
use crate::schema;
use crate::views::sales_report::ReportView;

/// The time of a report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// Sales of this mode.
    #[param(inline, value_type = schema::Mode)]
    mode: Option<String>,
    /// What Stripe booked at this time or later.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    from: Option<String>,
    /// What Stripe booked before this time.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    to: Option<String>,
}

impl Range {
    fn read(&self, params: &mut QueryParams, tenant: TenantId) -> Option<SalesRange> {
        // The mode is required, so a missing one is an empty one.
        let mode = self.mode.as_deref().unwrap_or_default();
        let mode = params.read("mode", Some(mode), Mode::parse);
        let from = params.read("from", self.from.as_deref(), Timestamp::parse_rfc3339);
        let until = params.read("to", self.to.as_deref(), Timestamp::parse_rfc3339);
        mode.map(|mode| SalesRange {
            tenant,
            mode,
            from,
            until,
        })
    }
}

/// How a report is summed.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Grouping {
    /// The default is `day`.
    #[param(nullable = false, inline, value_type = Option<schema::SalesGroup>)]
    group_by: Option<String>,
}

/// Get the sums of sales
///
/// Sums what Stripe has booked on the accounts of the tenant, by group and currency. The time is when Stripe
/// booked it, days are in UTC. The balance is that of all time, whatever the time of the sums.
#[utoipa::path(
    get,
    path = "/v1/sales",
    operation_id = "getSales",
    tag = "Sales",
    params(Range, Grouping),
    responses((status = 200, description = "The sums.", body = ReportView<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    range: web::Query<Range>,
    grouping: web::Query<Grouping>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let mut params = QueryParams::new();
    let range = range.read(&mut params, caller.tenant());
    let group = grouping.group_by.as_deref();
    let group = params.read("groupBy", group, SalesGroup::parse);
    let (range, group) = params.finish((range, group))?;
    let range = range.ok_or_else(|| Problem::internal("a mode that is read is known"))?;
    let group = group.unwrap_or(SalesGroup::Day);
    let report = blocking(&app, move |app| report::report(&*app.store, &range, group)).await??;
    Ok(HttpResponse::Ok().json(ReportView::of(&report)))
}

/// Export the sales ledger
///
/// CSV with a line for each part of an entry: the payment, its discount, each fee. The amounts are signed and in
/// minor units of the currency; all amounts of a currency add up to its balance. The lines are in the order in
/// which Stripe booked them. The first columns are `time,type,amount,currency,stripeId`.
#[utoipa::path(
    get,
    path = "/v1/sales.csv",
    operation_id = "exportSales",
    tag = "Sales",
    params(Range),
    responses((status = 200, description = "The lines.", body = String, content_type = "text/csv")),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn csv(
    app: web::Data<App>,
    request: HttpRequest,
    range: web::Query<Range>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let mut params = QueryParams::new();
    let range = range.read(&mut params, caller.tenant());
    let range = params.finish(range)?;
    let range = range.ok_or_else(|| Problem::internal("a mode that is read is known"))?;
    let name = format!("attachment; filename=\"sales-{}.csv\"", range.mode.as_str());
    let body = LedgerCsv::begin(app.clone().into_inner(), range).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, name))
        .body(body))
}
