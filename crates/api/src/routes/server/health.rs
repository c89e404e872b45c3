//! Liveness and readiness.

use actix_web::{HttpResponse, web};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// The health of the server.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}

/// Check liveness
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "getLiveness",
    tag = "Server",
    responses((status = 200, description = "The process answers.", body = Health)),
)]
pub(super) async fn liveness() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Check readiness
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "getReadiness",
    tag = "Server",
    responses((status = 200, description = "The process and the database answer.", body = Health)),
    extensions(("x-error-codes" = json!(["common/internal", "common/unavailable"]))),
)]
pub(super) async fn readiness(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    blocking(&app, |app| app.store.ready()).await??;
    Ok(HttpResponse::Ok().json(Health { status: "ready" }))
}
