//! `/v1/licenses`: what was minted.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::{ApiError, Detail};
use crate::server::paging::{PageBody, PageQuery};
use crate::shown::License;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::email::Email;
use mintage_domain::id::{CustomerId, LicenseId};
use mintage_domain::license::state::State;
use mintage_domain::management_token::TokenScope;
use mintage_domain::ports::LicenseFilter;
use mintage_domain::slug::ProductId;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::license;
use serde::Deserialize;
use serde_json::json;

/// Which licenses.
#[derive(Deserialize)]
pub(super) struct Filter {
    product: Option<String>,
    status: Option<String>,
    customer: Option<String>,
    email: Option<String>,
}

impl Filter {
    fn read(&self, all: &Pairs, now: Timestamp) -> Result<LicenseFilter, ApiError> {
        fn parsed<T>(
            name: &str,
            value: Option<&String>,
            parse: impl FnOnce(&str) -> Option<T>,
        ) -> Result<Option<T>, ApiError> {
            let Some(text) = value else { return Ok(None) };
            parse(text).map(Some).ok_or_else(|| {
                let detail = Detail {
                    path: name.to_owned(),
                    message: "is not valid".to_owned(),
                };
                ApiError::invalid("one or more query parameters are not valid", vec![detail])
            })
        }
        let state = |text: &str| State::parse(text).ok();
        Ok(LicenseFilter {
            product: parsed("product", self.product.as_ref(), |text| {
                ProductId::parse(text).ok()
            })?,
            state: parsed("status", self.status.as_ref(), state)?.map(|state| (state, now)),
            customer: parsed("customer", self.customer.as_ref(), |text| {
                CustomerId::parse(text).ok()
            })?,
            metadata: metadata(all)?,
            email: parsed("email", self.email.as_ref(), |text| Email::parse(text).ok())?,
        })
    }
}

/// All query parameters as they came.
type Pairs = Vec<(String, String)>;

/// By how many texts of the metadata one call may filter.
const MAX_METADATA: usize = 10;

/// What stands in `metadata[key]=text`.
fn metadata(all: &Pairs) -> Result<Vec<(String, String)>, ApiError> {
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
        let detail = Detail {
            path: "metadata".to_owned(),
            message: format!("may be given {MAX_METADATA} times at most, without NUL"),
        };
        return Err(ApiError::invalid(
            "one or more query parameters are not valid",
            vec![detail],
        ));
    }
    Ok(wanted)
}

/// `GET /v1/licenses?product=&status=&customer=&email=&metadata[key]=`.
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    all: web::Query<Pairs>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let now = app.clock.now();
    let (filter, page) = (filter.read(&all, now)?, query.read()?);
    let licenses = blocking(&app, move |app| {
        app.store.licenses(&caller.tenant(), &filter, &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(PageBody::of(&licenses, |record| License::of(record, now))))
}

pub(super) fn id(path: &str) -> Result<LicenseId, ApiError> {
    LicenseId::parse(path).map_err(|_| ApiError::not_found())
}

/// `GET /v1/licenses/{id}`.
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let id = id(&path)?;
    let record = blocking(&app, move |app| app.store.license(&caller.tenant(), &id))
        .await??
        .ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(License::of(&record, app.clock.now())))
}

/// `POST /v1/licenses/{id}/revoke`: for good.
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
    Ok(HttpResponse::Ok().json(License::of(&record, app.clock.now())))
}

/// `POST /v1/licenses/{id}/reveal`: the key in the clear; audited.
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
        .json(json!({ "key": key.expose() })))
}
