//! `/v1/audit`: who did what to what.

use crate::openapi::words;
use crate::server::asked::Asked;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use crate::shown::AuditEntryBody;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::management_token::TokenScope;
use mintage_domain::ports::AuditFilter;
use mintage_domain::text::free_text;
use mintage_domain::time::Timestamp;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this action: `license.frozen`.
    #[param(nullable = false, inline, value_type = Option<words::Searched>)]
    action: Option<String>,
    /// Those about this id or slug.
    #[param(nullable = false, inline, value_type = Option<words::Searched>)]
    target: Option<String>,
    /// Those of this actor: `operator`, `token:tok_...`.
    #[param(nullable = false, inline, value_type = Option<words::Searched>)]
    actor: Option<String>,
    /// Those made then or later.
    #[param(nullable = false, inline, value_type = Option<words::Time>)]
    from: Option<String>,
    /// Those made before.
    #[param(nullable = false, inline, value_type = Option<words::Time>)]
    to: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<AuditFilter, Problem> {
        const LONGEST: usize = 255;
        let mut asked = Asked::new();
        let text = |text: &str| free_text(text, LONGEST);
        let filter = AuditFilter {
            action: asked.read("action", self.action.as_deref(), text),
            target: asked.read("target", self.target.as_deref(), text),
            actor: asked.read("actor", self.actor.as_deref(), text),
            from: asked.read("from", self.from.as_deref(), Timestamp::parse_rfc3339),
            to: asked.read("to", self.to.as_deref(), Timestamp::parse_rfc3339),
        };
        asked.answer(filter)
    }
}

/// Lists who did what
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "listAudit",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<AuditEntryBody<'_>>)),
    security(("managementToken" = ["audit:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::AuditRead).await?;
    let (filter, page) = (filter.read()?, query.read()?);
    let entries = blocking(&app, move |app| {
        app.store.audit(&caller.tenant(), &filter, &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(PageBody::of(&entries, AuditEntryBody::of)))
}
