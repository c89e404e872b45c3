//! `/v1/licenses`: what was minted.

use crate::openapi::words;
use crate::server::asked::Asked;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use crate::server::reader::Reader;
use crate::shown::LicenseBody;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::email::Email;
use mintage_domain::id::{CustomerId, LicenseId};
use mintage_domain::license::state::State;
use mintage_domain::management_token::TokenScope;
use mintage_domain::mode::Mode;
use mintage_domain::page::Page;
use mintage_domain::ports::LicenseFilter;
use mintage_domain::slug::ProductId;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::license;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::{Detail, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which licenses.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this product.
    #[param(nullable = false, inline, value_type = Option<words::ProductId>)]
    product: Option<String>,
    /// Those of this mode.
    #[param(nullable = false, inline, value_type = Option<words::Mode>)]
    mode: Option<String>,
    /// Those that are this at the moment.
    #[param(nullable = false, inline, value_type = Option<words::LicenseStatus>)]
    status: Option<String>,
    /// Those of this customer.
    #[param(nullable = false, inline, value_type = Option<words::CustomerId>)]
    customer: Option<String>,
    /// Those of the customer with this address.
    #[param(nullable = false, inline, value_type = Option<words::Email>)]
    email: Option<String>,
}

impl Filter {
    fn read(&self, all: &Pairs, now: Timestamp) -> Result<LicenseFilter, Problem> {
        let mut asked = Asked::new();
        let state = asked.read("status", self.status.as_deref(), State::parse);
        let filter = LicenseFilter {
            product: asked.read("product", self.product.as_deref(), ProductId::parse),
            mode: asked.read("mode", self.mode.as_deref(), Mode::parse),
            state: state.map(|state| (state, now)),
            customer: asked.read("customer", self.customer.as_deref(), CustomerId::parse),
            email: asked.read("email", self.email.as_deref(), Email::parse),
            metadata: metadata(all)?,
        };
        asked.answer(filter)
    }
}

/// All query parameters as they came.
type Pairs = Vec<(String, String)>;

/// By how many texts of the metadata one call may filter.
const MAX_METADATA: usize = 10;

/// What stands in `metadata[key]=text`.
fn metadata(all: &Pairs) -> Result<Vec<(String, String)>, Problem> {
    let wanted: Pairs = all
        .iter()
        .filter_map(|(name, text)| {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((key.to_owned(), text.to_owned()))
        })
        .collect();
    // No store keeps NUL, so no license has it.
    let is_bad = |(key, text): &(String, String)| key.contains('\0') || text.contains('\0');
    if wanted.len() > MAX_METADATA || wanted.iter().any(is_bad) {
        let detail = Detail::new(
            "metadata",
            format!("may be given {MAX_METADATA} times at most, without NUL"),
        );
        return Err(Problem::invalid_query(vec![detail]));
    }
    Ok(wanted)
}

/// Lists licenses
///
/// An API key sees those of its product and mode, and needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses",
    operation_id = "listLicenses",
    tag = "Sales",
    params(Filter, ("metadata" = inline(Option<words::SearchedMetadata>), Query,
        style = DeepObject, explode, nullable = false,
        description = "Those with these texts in their metadata: `metadata[campaign]=launch-2026`.",
    ), PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<LicenseBody<'_>>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    all: web::Query<Pairs>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let reader = Reader::of(&app, &request).await?;
    let now = app.clock.now();
    let (filter, page) = (filter.read(&all, now)?, query.read()?);
    let licenses = blocking(&app, move |app| match reader.narrow(filter) {
        Some(filter) => app.store.licenses(&reader.tenant(), &filter, &page),
        None => Ok(Page::empty()),
    })
    .await??;
    Ok(HttpResponse::Ok().json(PageBody::of(&licenses, |record| {
        LicenseBody::of(record, now)
    })))
}

pub(super) fn id(path: &str) -> Result<LicenseId, Problem> {
    LicenseId::parse(path).map_err(|_| Problem::not_found())
}

/// Shows a license
///
/// To an API key those of its product and mode. It needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}",
    operation_id = "getLicense",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseBody<'_>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let reader = Reader::of(&app, &request).await?;
    let (id, tenant) = (id(&path)?, reader.tenant());
    let record = blocking(&app, move |app| app.store.license(&tenant, &id))
        .await??
        .filter(|record| reader.sees(&record.license))
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(LicenseBody::of(&record, app.clock.now())))
}

/// Revokes a license
///
/// For good.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/revoke",
    operation_id = "revokeLicense",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseBody<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["license/already-revoked"]))),
)]
pub(super) async fn revoke(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = id(&path)?;
    let record = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        license::revoke(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(LicenseBody::of(&record, app.clock.now())))
}

/// Shows the key of a license
///
/// The audit trail tells who saw it.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/reveal",
    operation_id = "revealLicenseKey",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path)),
    responses((status = 200, description = "The key in the clear.", body = RevealedKey<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["licenses:reveal"])),
)]
pub(super) async fn reveal(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesReveal).await?;
    let id = id(&path)?;
    let key = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        license::reveal(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(RevealedKey { key: key.expose() }))
}

/// The key of a license in the clear.
#[derive(Serialize, ToSchema)]
struct RevealedKey<'a> {
    key: &'a str,
}
