//! `/v1/licenses/{id}/activations`: the devices of a license.

use super::licenses::id;
use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use crate::server::reader::Reader;
use crate::shown::ActivationBody;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::id::ActivationId;
use mintage_domain::management_token::TokenScope;
use mintage_domain::usecase::activation;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

/// Lists the devices of a license
///
/// Active and released ones. An API key needs the scope `FULL` or `READ_ONLY`.
#[utoipa::path(
    get,
    path = "/v1/licenses/{id}/activations",
    operation_id = "listActivations",
    tag = "Sales",
    params(("id" = inline(words::LicenseId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<ActivationBody<'_>>)),
    security(("managementToken" = ["licenses:read"]), ("apiKey" = [])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let reader = Reader::of(&app, &request).await?;
    let license = id(&path)?;
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
    Ok(HttpResponse::Ok().json(PageBody::of(&activations, ActivationBody::of)))
}

/// Gives back the slot of a device that is lost
#[utoipa::path(
    post,
    path = "/v1/licenses/{id}/activations/{activationId}/release",
    operation_id = "releaseActivation",
    tag = "Sales",
    params(
        ("id" = inline(words::LicenseId), Path),
        ("activationId" = inline(words::ActivationId), Path),
    ),
    responses((status = 200, description = "The device.", body = ActivationBody<'_>)),
    security(("managementToken" = ["licenses:write"])),
    extensions(("x-error-codes" = json!(["activation/already-released"]))),
)]
pub(super) async fn release(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let (license, activation) = path.into_inner();
    let license = id(&license)?;
    let activation = ActivationId::parse(&activation).map_err(|_| Problem::not_found())?;
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
    Ok(HttpResponse::Ok().json(ActivationBody::of(&released)))
}
