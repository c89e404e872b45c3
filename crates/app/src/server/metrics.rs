//! The listener of metrics, apart from the one of requests, so that it can stay in a private network.

use std::io;
use std::net::TcpListener;

use actix_http::HttpService;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::dev::AppConfig;
use actix_web::{App as ActixApp, HttpResponse, web};
use mintage_runtime::app::App;

use super::FIRST_REQUEST_DEADLINE;

/// The text format of Prometheus.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers `GET /metrics` on a listener of its own.
pub(super) fn listen(
    builder: ServerBuilder,
    listener: TcpListener,
    app: web::Data<App>,
) -> io::Result<ServerBuilder> {
    builder.listen("mintage-metrics", listener, move || {
        let app = ActixApp::new()
            .app_data(app.clone())
            .service(web::resource("/metrics").route(web::get().to(answer)));
        let app = app
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        HttpService::build()
            .client_request_timeout(FIRST_REQUEST_DEADLINE)
            .finish(map_config(app, |()| AppConfig::default()))
            .tcp()
    })
}

async fn answer(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(CONTENT_TYPE)
        .body(app.metrics.render(&app.stripe_circuits, app.store.load()))
}
