//! `/v1/audit`: who did what to what.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::AuditFilter;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{PageQuery, QueryParams};
use crate::views::{AuditEntryView, PageView};

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this action: `license.frozen`.
    #[param(nullable = false, inline, value_type = Option<schema::Searched>)]
    action: Option<String>,
    /// Those about this id or slug.
    #[param(nullable = false, inline, value_type = Option<schema::Searched>)]
    target: Option<String>,
    /// Those of this actor: `operator`, `token:tok_...`.
    #[param(nullable = false, inline, value_type = Option<schema::Searched>)]
    actor: Option<String>,
    /// Those made then or later.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    from: Option<String>,
    /// Those made before.
    #[param(nullable = false, inline, value_type = Option<schema::Time>)]
    to: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<AuditFilter, Problem> {
        const LONGEST: usize = 255;
        let mut params = QueryParams::new();
        let text = |text: &str| Text::<LONGEST>::parse(text).map(|text| text.to_string());
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

/// Lists who did what
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "listAudit",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = PageView<AuditEntryView<'_>>)),
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
    Ok(HttpResponse::Ok().json(PageView::of(&entries, AuditEntryView::of)))
}
