//! `/v1/integrations/stripe/switch-to-live`: from the sandbox to the live account.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::mode::Mode;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::stripe::connect;
use mintage_runtime::app::App;
use mintage_runtime::outbound::call_stripe;
use utoipa::ToSchema;

use super::connection::{callback_url, connect_page_url};
use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::views::stripe::ConnectLink;

/// The call needs nothing.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct SwitchToLiveRequest {}

/// Switch from sandbox to live
///
/// Answers the link to a page for the seller, which goes on to Stripe. When the seller has granted access to
/// the live account, the sandbox account is left: its open checkout sessions are expired, the access to it is
/// revoked at Stripe, and its prices are forgotten. Call `setup-prices` then. Until the seller has granted
/// access, the sandbox stays connected. A live connection never goes back to sandbox: disconnect first.
#[utoipa::path(
    post,
    path = "/v1/integrations/stripe/switch-to-live",
    operation_id = "switchToLive",
    tag = "Integrations",
    request_body = SwitchToLiveRequest,
    responses((status = 200, description = "The link for the seller.", body = ConnectLink)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "connect/live-is-one-way",
        "plan/upgrade-required",
        "stripe/not-configured",
        "stripe/not-connected",
    ]))),
)]
pub(super) async fn switch_to_live(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let SwitchToLiveRequest {} = read_body(&body.read().await?)?;
    let redirect = callback_url(&app)?;
    let ticket = call_stripe(&app, caller.tenant().as_str(), move |app| {
        let (store, stripe) = (&*app.store, &*app.stripe);
        let by = (&caller.tenant(), caller.token_id());
        connect::switch_to_live(store, stripe, &caller.env(app), by, &redirect)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ConnectLink {
        url: connect_page_url(&app, &ticket),
        mode: Mode::Live,
    }))
}
