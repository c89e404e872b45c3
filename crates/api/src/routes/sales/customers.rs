//! `/v1/customers`: the customers of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::email::{Email, EmailStart};
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sales::customer::ExternalId;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::CustomerFilter;
use mintage_domain::usecase::sales::customer::erase_customer;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::request::{PageQuery, QueryParams, parse_id};
use crate::schema;
use crate::views::sales::{CustomerPage, CustomerView};

/// The filter of the list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Customers of this mode.
    #[param(nullable = false, inline, value_type = Option<schema::Mode>)]
    mode: Option<String>,
    /// The customers with this e-mail address.
    #[param(nullable = false, inline, value_type = Option<schema::Email>)]
    email: Option<String>,
    /// Customers whose e-mail address begins with this text, in upper or lower case.
    #[param(nullable = false, inline, value_type = Option<schema::EmailPrefix>)]
    q: Option<String>,
    /// Customers with this id of the seller's own.
    #[param(nullable = false, inline, value_type = Option<schema::SearchText>)]
    external_id: Option<String>,
}

impl Filter {
    fn read(&self) -> Result<CustomerFilter, Problem> {
        let mut params = QueryParams::new();
        let filter = CustomerFilter {
            mode: params.read("mode", self.mode.as_deref(), Mode::parse),
            email: params.read("email", self.email.as_deref(), Email::parse),
            email_start: params.read("q", self.q.as_deref(), EmailStart::parse),
            external_id: params.read("externalId", self.external_id.as_deref(), ExternalId::parse),
        };
        params.finish(filter)
    }
}

/// List customers
#[utoipa::path(
    get,
    path = "/v1/customers",
    operation_id = "listCustomers",
    tag = "Sales",
    params(Filter, PageQuery),
    responses((status = 200, description = "A page.", body = CustomerPage<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    filter: web::Query<Filter>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let (filter, page) = (filter.read()?, query.read()?);
    let customers = blocking(&app, move |app| {
        app.store.customers(&caller.tenant(), &filter, &page)
    })
    .await??;
    Ok(HttpResponse::Ok().json(CustomerPage::of(&customers, CustomerView::of)))
}

/// Get a customer
#[utoipa::path(
    get,
    path = "/v1/customers/{id}",
    operation_id = "getCustomer",
    tag = "Sales",
    params(("id" = inline(schema::CustomerId), Path)),
    responses((status = 200, description = "The customer.", body = CustomerView<'_>)),
    security(("managementToken" = ["licenses:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesRead).await?;
    let id = parse_id(&path, CustomerId::parse)?;
    let customer = blocking(&app, move |app| app.store.customer(&caller.tenant(), &id))
        .await??
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(CustomerView::of(&customer)))
}

/// Erase a customer
///
/// Erases the address, the name, the external id and the metadata of the customer, the notes and metadata
/// of its licenses, and what its devices say of themselves. The licenses stay valid, and orders and payments
/// stay known. This cannot be undone.
#[utoipa::path(
    delete,
    path = "/v1/customers/{id}",
    operation_id = "eraseCustomer",
    tag = "Sales",
    params(("id" = inline(schema::CustomerId), Path)),
    responses((status = 204, description = "The customer is erased.")),
    security(("managementToken" = ["licenses:write"])),
)]
pub(super) async fn erase(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let id = parse_id(&path, CustomerId::parse)?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        erase_customer(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}
