//! `/v1/webhook_endpoints`.

use serde_json::{Value, json};

use crate::base::config::WebhookEndpoint;
use crate::base::error::{ApiResult, StripeError};
use crate::base::secret::Secret;
use crate::model::object::StripeObject;
use crate::model::webhook_endpoint::RegisteredEndpoint;
use crate::params::spec::Kind::{Bool, Metadata, Positive, Text, TextList, Url};
use crate::params::spec::{Param, optional, required};
use crate::resources::context::Context;

/// The most endpoints of an account in one mode.
const MAX_ENDPOINTS: usize = 16;

pub(crate) const LIST: &[Param] = &[
    optional("limit", Positive),
    optional("starting_after", Text),
];

pub(crate) const CREATE: &[Param] = &[
    optional("api_version", Text),
    optional("description", Text),
    required("enabled_events", TextList),
    optional("metadata", Metadata),
    required("url", Url),
];

pub(crate) const UPDATE: &[Param] = &[
    optional("description", Text),
    optional("disabled", Bool),
    optional("enabled_events", TextList),
    optional("metadata", Metadata),
    optional("url", Url),
];

/// `GET /v1/webhook_endpoints`: lists the endpoints of the caller, all of them in one page. Secrets are shown
/// by the call that creates an endpoint only.
#[expect(clippy::unnecessary_wraps, reason = "the form of all handlers")]
pub(crate) fn list(context: &mut Context<'_>) -> ApiResult {
    let application = context.world.config.platform(context.mode());
    let application = application.client_id.as_str();
    let registered = context
        .world
        .store
        .list::<RegisteredEndpoint>(&context.scope);
    let registered = registered.rev().map(StripeObject::to_json);
    let configured = configured(context).map(|(n, endpoint)| to_json(n, endpoint, application));
    let data: Vec<Value> = registered.chain(configured).collect();
    Ok(json!({
        "object": "list", "url": "/v1/webhook_endpoints", "has_more": false, "data": data,
    }))
}

/// The endpoints of the caller that the simulator was started with, or that the control plane added.
fn configured<'w>(context: &'w Context<'_>) -> impl Iterator<Item = (usize, &'w WebhookEndpoint)> {
    let (config, mode) = (&context.world.config, context.mode());
    let all = config.webhook_endpoints.iter().enumerate();
    all.filter(move |(_, it)| {
        let owner = it.account.as_ref().unwrap_or(&config.platform_account);
        it.mode == mode && *owner == context.scope.account
    })
}

pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let registered = context
        .world
        .store
        .list::<RegisteredEndpoint>(&context.scope);
    if registered.count() + configured(context).count() >= MAX_ENDPOINTS {
        let message = format!(
            "You have reached the maximum of {MAX_ENDPOINTS} {} webhook endpoints.",
            context.mode().as_str()
        );
        return Err(StripeError::invalid(message));
    }
    let params = &context.params;
    let ids = &mut context.world.ids;
    let endpoint = RegisteredEndpoint {
        id: ids.object_id("we_1"),
        livemode: context.scope.mode.livemode(),
        created: context.world.clock.now(),
        url: params.owned_text("url").unwrap_or_default(),
        enabled_events: params
            .text_list("enabled_events")
            .unwrap_or_default()
            .to_vec(),
        api_version: params.owned_text("api_version"),
        description: params.owned_text("description"),
        disabled: false,
        metadata: params.new_metadata(),
        secret: Secret::new(ids.generate("whsec_", 32)),
    };
    let mut json = endpoint.to_json();
    json["secret"] = endpoint.secret.expose().into();
    context.world.store.insert(&context.scope, endpoint);
    Ok(json)
}

pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let params = &context.params;
    let store = &mut context.world.store;
    let endpoint = store.get_mut::<RegisteredEndpoint>(&context.scope, &context.id)?;
    if let Some(url) = params.owned_text("url") {
        endpoint.url = url;
    }
    if let Some(events) = params.text_list("enabled_events") {
        endpoint.enabled_events = events.to_vec();
    }
    if let Some(description) = params.owned_text("description") {
        endpoint.description = Some(description);
    }
    endpoint.disabled = params.bool("disabled").unwrap_or(endpoint.disabled);
    params.update_metadata(&mut endpoint.metadata);
    Ok(endpoint.to_json())
}

pub(crate) fn delete(context: &mut Context<'_>) -> ApiResult {
    let store = &mut context.world.store;
    let id = context.id.as_str();
    store.get::<RegisteredEndpoint>(&context.scope, id)?;
    store.retain::<RegisteredEndpoint>(&context.scope, |endpoint| endpoint.id != id);
    Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
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
