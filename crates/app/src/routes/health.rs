//! Is it alive, and can it work?

use crate::app::{App, blocking};
use crate::server::error::ApiError;
use actix_web::{HttpResponse, web};
use serde_json::json;

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: the store answers too.
pub(super) async fn readyz(app: web::Data<App>) -> Result<HttpResponse, ApiError> {
    blocking(&app, |app| app.store.ready()).await??;
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}
