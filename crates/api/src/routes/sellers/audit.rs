//! `GET /v1/audit`: the audit trail of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::SearchText;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::AuditFilter;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::request::{PageQuery, QueryParams};
use crate::schema;
use crate::views::sellers::{AuditEntryPage, AuditEntryView};

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Entries with this action: `license.frozen`.
    #[param(nullable = false, inline, value_type = Option<schema::SearchText>)]
    action: Option<String>,
    /// Entries with this target.
    #[param(nullable = false, inline, value_type = Option<schema::SearchText>)]
    target: Option<String>,
    /// Entries of this actor: `operator`, `token:tok_...`.
    #[param(nullable = false, inline, value_type = Option<schema::SearchText>)]
    actor: Option<String>,
    /// Entries at this time or later.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    from: Option<String>,
    /// Entries before this time.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    to: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<AuditFilter, Problem> {
        let mut params = QueryParams::new();
        let text = |text: &str| SearchText::parse(text).map(|text| text.to_string());
        let filter = AuditFilter {
            action: params.read("action", self.action.as_deref(), text),
            target: params.read("target", self.target.as_deref(), text),
            actor: params.read("actor", self.actor.as_deref(), text),
            from: params.read("from", self.from.as_deref(), Timestamp::parse_rfc3339),
            to: params.read("to", self.to.as_deref(), Timestamp::parse_rfc3339),
        };
        params.finish(filter)
    }
}

/// List entries of the audit trail
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "listAuditEntries",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = AuditEntryPage<'_>)),
    security(("managementToken" = ["audit:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::AuditRead).await?;
    let (filter, page) = (filter.read()?, query.read()?);
    let entries = blocking(&app, move |app| {
        app.store.audit(&caller.tenant(), &filter, &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(AuditEntryPage::of(&entries, AuditEntryView::of)))
}
