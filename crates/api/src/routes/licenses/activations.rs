//! `/v1/licenses/{id}/activations`: the devices of a license.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::licenses::activation;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use crate::auth::{Reader, TokenCaller};
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{PageQuery, parse_id};
use crate::views::{ActivationView, PageView};

/// Lists the devices of a license
///
/// Active and released ones. An API key needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/activations",
    operation_id = "listActivations",
    tag = "Sales",
    params(("id" = inline(schema::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageView<ActivationView<'_>>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let reader = Reader::of(&app, &request).await?;
    let license = parse_id(&path, LicenseId::parse)?;
    let page = query.read()?;
    let activations = blocking(&app, move |app| {
        let tenant = reader.tenant();
        app.store
            .license(&tenant, &license)?
            .filter(|record| reader.sees(&record.license))
            .map(|_| app.store.activations(&tenant, &license, &page))
            .transpose()
    })
    .await??
    .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(PageView::of(&activations, ActivationView::of)))
}

/// Gives back the slot of a device that is lost
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/activations/{activationId}/release",
    operation_id = "releaseActivation",
    tag = "Sales",
    params(
        ("id" = inline(schema::LicenseId), Path),
        ("activationId" = inline(schema::ActivationId), Path),
    ),
    responses((status = 200, description = "The device.", body = ActivationView<'_>)),
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
            &app.env(),
            &tenant,
            (&license, &activation),
            &actor,
        )
    })
    .await??;
    Ok(HttpResponse::Ok().json(ActivationView::of(&released)))
}
