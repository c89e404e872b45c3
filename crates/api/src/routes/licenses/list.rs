//! `GET /v1/licenses` and `GET /v1/licenses/{id}`.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::metadata_filter::MetadataFilter;
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

use crate::auth::license_scope;
use crate::error::ApiError;
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::schema;
use crate::views::licenses::{LicensePage, LicenseView};

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Licenses of this product.
    #[param(nullable = false, inline, value_type = Option<schema::ProductId>)]
    product: Option<String>,
    /// Licenses of this mode.
    #[param(nullable = false, inline, value_type = Option<schema::Mode>)]
    mode: Option<String>,
    /// Licenses with this status at the moment.
    #[param(nullable = false, inline, value_type = Option<schema::LicenseStatus>)]
    status: Option<String>,
    /// Licenses of this customer.
    #[param(nullable = false, inline, value_type = Option<schema::CustomerId>)]
    customer: Option<String>,
    /// Licenses of the customer with this e-mail address.
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

/// All query parameters of a call.
type Pairs = Vec<(String, String)>;

/// The parameters `metadata[key]=text`.
fn metadata(all: &Pairs) -> Result<Pairs, Problem> {
    let pairs = all
        .iter()
        .filter_map(|(name, text)| {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((key.to_owned(), text.to_owned()))
        })
        .collect();
    let filter = MetadataFilter::new(pairs).map_err(|error| {
        Problem::invalid_query(vec![Detail::new("metadata", error.to_string())])
    })?;
    Ok(filter.into_pairs())
}

/// List licenses
///
/// An API key lists licenses of its product and mode, and needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses",
    operation_id = "listLicenses",
    tag = "Sales",
    params(Filter, ("metadata" = inline(Option<schema::MetadataFilter>), Query,
        style = DeepObject, explode, nullable = false,
        description = "Licenses with these texts in the metadata: `metadata[campaign]=launch-2026`.",
    ), PageQuery),
    responses((status = 200, description = "A page.", body = LicensePage<'_>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    all: web::Query<Pairs>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let scope = license_scope(&app, &request).await?;
    let now = app.clock.now();
    let (filter, page) = (filter.read(&all, now)?, query.read()?);
    let licenses = blocking(&app, move |app| match scope.narrow(filter) {
        Some(filter) => app.store.licenses(scope.tenant(), &filter, &page),
        None => Ok(Page::empty()),
    })
    .await??;
    Ok(
        HttpResponse::Ok().json(LicensePage::of(&licenses, |record| {
            LicenseView::of(record, now)
        })),
    )
}

/// Get a license
///
/// An API key gets licenses of its product and mode, and needs the scope `FULL` or `READ_ONLY`.
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
    let scope = license_scope(&app, &request).await?;
    let (id, tenant) = (parse_id(&path, LicenseId::parse)?, scope.tenant().clone());
    let record = blocking(&app, move |app| app.store.license(&tenant, &id))
        .await??
        .filter(|record| scope.allows(&record.license))
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(LicenseView::of(&record, app.clock.now())))
}
