//! `/v1/licenses`: what was minted.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::Page;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::ports::LicenseFilter;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::{Detail, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Reader;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::views::{LicenseView, PageView};

/// Which licenses.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Those of this product.
    #[param(nullable = false, inline, value_type = Option<schema::ProductId>)]
    product: Option<String>,
    /// Those of this mode.
    #[param(nullable = false, inline, value_type = Option<schema::Mode>)]
    mode: Option<String>,
    /// Those that are this at the moment.
    #[param(nullable = false, inline, value_type = Option<schema::LicenseStatus>)]
    status: Option<String>,
    /// Those of this customer.
    #[param(nullable = false, inline, value_type = Option<schema::CustomerId>)]
    customer: Option<String>,
    /// Those of the customer with this address.
    #[param(nullable = false, inline, value_type = Option<schema::Email>)]
    email: Option<String>,
}

impl Filter {
    fn read(&self, all: &Pairs, now: Timestamp) -> Result<LicenseFilter, Problem> {
        let mut params = QueryParams::new();
        let state = params.read("status", self.status.as_deref(), State::parse);
        let filter = LicenseFilter {
            product: params.read("product", self.product.as_deref(), ProductId::parse),
            mode: params.read("mode", self.mode.as_deref(), Mode::parse),
            state: state.map(|state| (state, now)),
            customer: params.read("customer", self.customer.as_deref(), CustomerId::parse),
            email: params.read("email", self.email.as_deref(), Email::parse),
            metadata: metadata(all)?,
        };
        params.finish(filter)
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
    params(Filter, ("metadata" = inline(Option<schema::SearchedMetadata>), Query,
        style = DeepObject, explode, nullable = false,
        description = "Those with these texts in their metadata: `metadata[campaign]=launch-2026`.",
    ), PageQuery),
    responses((status = 200, description = "A page.", body = PageView<LicenseView<'_>>)),
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
    Ok(HttpResponse::Ok().json(PageView::of(&licenses, |record| {
        LicenseView::of(record, now)
    })))
}

/// Shows a license
///
/// To an API key those of its product and mode. It needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}",
    operation_id = "getLicense",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path)),
    responses((status = 200, description = "The license.", body = LicenseView<'_>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let reader = Reader::of(&app, &request).await?;
    let (id, tenant) = (parse_id(&path, LicenseId::parse)?, reader.tenant());
    let record = blocking(&app, move |app| app.store.license(&tenant, &id))
        .await??
        .filter(|record| reader.sees(&record.license))
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}
