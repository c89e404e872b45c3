//! `/v1/webhook_endpoints`.

use serde_json::{Value, json};

use crate::base::config::WebhookEndpoint;
use crate::base::error::ApiResult;
use crate::params::spec::{Kind, Param, optional};
use crate::resources::context::Context;

pub(crate) const LIST: &[Param] = &[
    optional("limit", Kind::Positive),
    optional("starting_after", Kind::Text),
];

/// `GET /v1/webhook_endpoints`: lists the endpoints of the caller, all of them in one page. Secrets are shown
/// by no call.
#[expect(clippy::unnecessary_wraps, reason = "the form of all handlers")]
pub(crate) fn list(context: &mut Context<'_>) -> ApiResult {
    let (config, mode) = (&context.world.config, context.mode());
    let platform = &config.platform_account;
    let application = config.platform(mode).client_id.as_str();
    let own = config
        .webhook_endpoints
        .iter()
        .enumerate()
        .filter(|(_, it)| {
            let owner = it.account.as_ref().unwrap_or(platform);
            it.mode == mode && *owner == context.scope.account
        });
    let data: Vec<Value> = own
        .map(|(n, endpoint)| to_json(n, endpoint, application))
        .collect();
    Ok(json!({
        "object": "list", "url": "/v1/webhook_endpoints", "has_more": false, "data": data,
    }))
}

fn to_json(n: usize, endpoint: &WebhookEndpoint, application: &str) -> Value {
    json!({
        "id": format!("we_1Sim{n:020}"),
        "object": "webhook_endpoint",
        "api_version": null,
        "application": endpoint.account.is_none().then_some(application),
        "created": 0,
        "description": null,
        "enabled_events": ["*"],
        "livemode": endpoint.mode.livemode(),
        "metadata": {},
        "status": "enabled",
        "url": endpoint.url,
    })
}
