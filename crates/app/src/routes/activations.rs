//! `/v1/licenses/{id}/activations`: the devices of a license.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use crate::shown::Device;
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::id::{ActivationId, LicenseId};
use mintage_domain::management_token::TokenScope;
use mintage_domain::usecase::activation;

/// `GET /v1/licenses/{id}/activations`: active and released ones.
pub(super) async fn list(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesRead).await?;
    let license = LicenseId::parse(&path).map_err(|_| ApiError::not_found())?;
    let page = query.read()?;
    let activations = blocking(&app, move |app| {
        let tenant = caller.tenant();
        app.store
            .license(&tenant, &license)?
            .map(|_| app.store.activations(&tenant, &license, &page))
            .transpose()
    })
    .await??
    .ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(PageBody::of(&activations, Device::of)))
}

/// `POST /v1/licenses/{id}/activations/{activationId}/release`: its slot is free again.
pub(super) async fn release(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::LicensesWrite).await?;
    let (license, id) = path.into_inner();
    let license = LicenseId::parse(&license).map_err(|_| ApiError::not_found())?;
    let id = ActivationId::parse(&id).map_err(|_| ApiError::not_found())?;
    let released = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        activation::release(&*app.store, &app.env(), &tenant, (&license, &id), &actor)
    })
    .await??;
    Ok(HttpResponse::Ok().json(Device::of(&released)))
}
