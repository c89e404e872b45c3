//! Is it alive, and can it work?

use actix_web::{HttpResponse, web};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}

/// Is it alive?
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "isAlive",
    tag = "Server",
    responses((status = 200, description = "The process answers.", body = Health)),
)]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Can it work?
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "isReady",
    tag = "Server",
    responses((status = 200, description = "The database answers too.", body = Health)),
    extensions(("x-error-codes" = json!(["common/internal", "common/unavailable"]))),
)]
pub(super) async fn readyz(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    blocking(&app, |app| app.store.ready()).await??;
    Ok(HttpResponse::Ok().json(Health { status: "ready" }))
}
