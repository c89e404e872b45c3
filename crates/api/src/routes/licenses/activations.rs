//! `/v1/licenses/{id}/activations`: the activations of a license.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::licenses::activation;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use crate::auth::{TokenCaller, license_scope};
use crate::error::ApiError;
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::licenses::{ActivationPage, ActivationView};

/// List the activations of a license
///
/// Lists active and released activations. An API key needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/activations",
    operation_id = "listActivations",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = ActivationPage<'_>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let scope = license_scope(&app, &request).await?;
    let license = parse_id(&path, LicenseId::parse)?;
    let page = query.read()?;
    let activations = blocking(&app, move |app| {
        let tenant = scope.tenant();
        app.store
            .license(tenant, &license)?
            .filter(|record| scope.allows(&record.license))
            .map(|_| app.store.activations(tenant, &license, &page))
            .transpose()
    })
    .await??
    .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(ActivationPage::of(&activations, ActivationView::of)))
}

/// Release an activation
///
/// Deactivates a license on a device that is lost.
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/activations/{activationId}/release",
    operation_id = "releaseActivation",
    tag = "Sales",
    params(
        ("id" = inline(schema::LicenseId), Path),
        ("activationId" = inline(schema::ActivationId), Path),
    ),
    responses((status = 200, description = "The activation.", body = ActivationView<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["activation/already-released"]))),
)]
pub(super) async fn release(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let (license, activation) = path.into_inner();
    let license = parse_id(&license, LicenseId::parse)?;
    let activation = parse_id(&activation, ActivationId::parse)?;
    let released = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        activation::release(
            &*app.store,
            &caller.env(app),
            &tenant,
            (&license, &activation),
            &actor,
        )
    })
    .await??;
    Ok(HttpResponse::Ok().json(ActivationView::of(&released)))
}
