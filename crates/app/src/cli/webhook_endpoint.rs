//! `mintage webhook-endpoint`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use mintage_api::views::outbox::{CreatedEndpointView, DeliveryView, EndpointView};
use mintage_domain::base::change::Change;
use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::webhook_endpoint::{
    EndpointDescription, SecretOverlap, WebhookEndpoint,
};
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Http, Store};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::outbox::send::send_test;
use mintage_domain::usecase::outbox::webhook_endpoint::{
    EndpointUpdate, NewEndpoint, create_endpoint, delete_endpoint, resume, rotate_secret,
    update_endpoint,
};
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{
    CommandResult, Format, Printer, print_item, print_json, print_line, print_values,
};
use super::tenant_args::TenantArgs;
use crate::config::Settings;
use crate::wire::webhook_client;

#[derive(Subcommand)]
pub(super) enum WebhookEndpointCommand {
    /// Create a webhook endpoint and print its signing secret, once.
    Create {
        #[command(flatten)]
        tenant: TenantArgs,
        #[command(flatten)]
        new: NewEndpointArgs,
    },
    /// List webhook endpoints.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
    },
    /// Get a webhook endpoint.
    Get(EndpointArgs),
    /// Change a webhook endpoint. What is left out stays.
    Update {
        #[command(flatten)]
        endpoint: EndpointArgs,
        #[command(flatten)]
        update: UpdateArgs,
    },
    /// Delete a webhook endpoint. Deliveries that were not sent yet fail.
    Delete(EndpointArgs),
    /// Replace the signing secret and print the new one, once.
    RotateSecret {
        #[command(flatten)]
        endpoint: EndpointArgs,
        /// For how many seconds the old secret signs too; a day by default, 7 days at most.
        #[arg(long, value_parser = SecretOverlap::parse)]
        overlap_seconds: Option<SecretOverlap>,
    },
    /// Resume a webhook endpoint that was paused.
    Resume(EndpointArgs),
    /// Send a test event. A running server sends it within a second.
    Test(EndpointArgs),
    /// List the deliveries to a webhook endpoint, newest first.
    Deliveries(EndpointArgs),
}

#[derive(Args)]
pub(super) struct EndpointArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// The endpoint's id: we_...
    #[arg(long, value_parser = WebhookEndpointId::parse)]
    id: WebhookEndpointId,
}

#[derive(Args)]
pub(super) struct NewEndpointArgs {
    /// The URL that events are sent to.
    #[arg(long)]
    url: String,
    /// What people read about the endpoint.
    #[arg(long, value_parser = EndpointDescription::parse)]
    description: Option<EndpointDescription>,
    /// live or sandbox; both by default.
    #[arg(long, value_parser = Mode::parse)]
    mode: Option<Mode>,
    /// An event that the endpoint receives, such as license.created; all events by default.
    #[arg(long = "event", value_parser = parse_event)]
    events: Vec<EventName>,
}

#[derive(Args)]
pub(super) struct UpdateArgs {
    /// Another URL.
    #[arg(long)]
    url: Option<String>,
    /// Another description.
    #[arg(long, value_parser = EndpointDescription::parse)]
    description: Option<EndpointDescription>,
    /// An event that the endpoint receives, instead of those it received.
    #[arg(long = "event", value_parser = parse_event, conflicts_with = "all_events")]
    events: Vec<EventName>,
    /// Receive all events.
    #[arg(long)]
    all_events: bool,
    /// Whether events are delivered.
    #[arg(long)]
    enabled: Option<bool>,
}

impl UpdateArgs {
    fn read(self, args: &GlobalArgs) -> Result<EndpointUpdate, Box<dyn std::error::Error>> {
        let url = self.url.as_deref().map(|url| checked_url(args, url));
        Ok(EndpointUpdate {
            url: url.transpose()?,
            description: self.description.map_or(Change::Keep, Change::Set),
            events: match named(self.events) {
                Some(events) => Change::Set(events),
                None if self.all_events => Change::Clear,
                None => Change::Keep,
            },
            is_enabled: self.enabled,
        })
    }
}

/// Reads the name of an event that an endpoint may choose.
fn parse_event(name: &str) -> Result<EventName, String> {
    let mut known = EventName::subscribable();
    known.find(|event| event.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = EventName::subscribable().map(EventName::as_str).collect();
        format!("must be one of {}", known.join(", "))
    })
}

struct EndpointFormat {
    now: Timestamp,
}

impl Format<5> for EndpointFormat {
    type Item = WebhookEndpoint;

    const HEADING: [&'static str; 5] = ["id", "url", "mode", "events", "status"];

    fn view(&self, endpoint: &WebhookEndpoint) -> impl Serialize {
        EndpointView::of(endpoint, self.now)
    }

    fn row(&self, endpoint: &WebhookEndpoint) -> [String; 5] {
        let subscription = &endpoint.subscription;
        let events = match &subscription.events {
            None => "all".to_owned(),
            Some(events) => {
                let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
                names.join(" ")
            }
        };
        let status = if subscription.is_enabled {
            endpoint.status()
        } else {
            "disabled"
        };
        [
            endpoint.id.to_string(),
            endpoint.url.as_ref().map_or("-", WebUrl::as_str).to_owned(),
            subscription.mode.map_or("both", Mode::as_str).to_owned(),
            events,
            status.to_owned(),
        ]
    }
}

struct DeliveryFormat;

impl Format<5> for DeliveryFormat {
    type Item = (Delivery, Option<Attempt>);

    const HEADING: [&'static str; 5] = ["id", "event", "status", "attempts", "last answer"];

    fn view(&self, (delivery, last): &Self::Item) -> impl Serialize {
        DeliveryView::of(delivery, last.as_ref())
    }

    fn row(&self, (delivery, last): &Self::Item) -> [String; 5] {
        let answer = last.as_ref().map(|attempt| match attempt.status {
            Some(status) => status.to_string(),
            None => attempt.snippet.clone(),
        });
        [
            delivery.id.to_string(),
            delivery.event.to_string(),
            delivery.progress().to_owned(),
            delivery.attempts.to_string(),
            answer.unwrap_or_else(|| "-".to_owned()),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: WebhookEndpointCommand) -> CommandResult {
    let actor = Actor::Operator;
    with_store(args, |store, env| match command {
        WebhookEndpointCommand::Create { tenant, new } => create(args, store, env, &tenant, new),
        WebhookEndpointCommand::List { tenant } => list(store, env, &tenant),
        WebhookEndpointCommand::Get(endpoint) => {
            let found = store.webhook_endpoint(&endpoint.tenant.tenant, &endpoint.id)?;
            let found = found.filter(|it| it.url.is_some());
            print_endpoint(env, &endpoint, found.ok_or("no such webhook endpoint")?)
        }
        WebhookEndpointCommand::Update { endpoint, update } => {
            let (tenant, id) = (&endpoint.tenant.tenant, &endpoint.id);
            let update = update.read(args)?;
            let updated = update_endpoint(store, env, tenant, id, &actor, &update)?;
            print_endpoint(env, &endpoint, updated)
        }
        WebhookEndpointCommand::Delete(EndpointArgs { tenant, id }) => {
            delete_endpoint(store, env, &tenant.tenant, &id, &actor)?;
            Ok(print_line(format!("{id} is deleted"))?)
        }
        WebhookEndpointCommand::RotateSecret {
            endpoint: EndpointArgs { tenant, id },
            overlap_seconds,
        } => {
            let overlap = overlap_seconds.unwrap_or_default();
            let rotated = rotate_secret(store, env, &tenant.tenant, &id, &actor, overlap)?;
            print_secret(env, &tenant, &rotated)
        }
        WebhookEndpointCommand::Resume(endpoint) => {
            let (tenant, id) = (&endpoint.tenant.tenant, &endpoint.id);
            let resumed = resume(store, env, tenant, id, &actor)?;
            print_endpoint(env, &endpoint, resumed)
        }
        WebhookEndpointCommand::Test(EndpointArgs { tenant, id }) => {
            let delivery = send_test(store, env, &tenant.tenant, &id, &actor)?;
            print_item(DeliveryFormat, tenant.json, (delivery, None))
        }
        WebhookEndpointCommand::Deliveries(EndpointArgs { tenant, id }) => {
            let endpoint = store.webhook_endpoint(&tenant.tenant, &id)?;
            endpoint.ok_or("no such webhook endpoint")?;
            print_list(DeliveryFormat, tenant.json, |page| {
                store.deliveries(&tenant.tenant, Some(&id), page)
            })
        }
    })
}

fn create(
    args: &GlobalArgs,
    store: &dyn Store,
    env: &Env<'_>,
    tenant: &TenantArgs,
    new: NewEndpointArgs,
) -> CommandResult {
    tenant.check_exists(store)?;
    let new = NewEndpoint {
        url: checked_url(args, &new.url)?,
        description: new.description,
        mode: new.mode,
        events: named(new.events),
    };
    let created = create_endpoint(store, env, &tenant.tenant, &Actor::Operator, &new)?;
    print_secret(env, tenant, &created)
}

fn list(store: &dyn Store, env: &Env<'_>, tenant: &TenantArgs) -> CommandResult {
    tenant.check_exists(store)?;
    let format = EndpointFormat { now: env.now() };
    let endpoints = store.webhook_endpoints(&tenant.tenant)?;
    Ok(Printer::new(format, tenant.json).print(&endpoints)?)
}

fn print_endpoint(env: &Env<'_>, args: &EndpointArgs, endpoint: WebhookEndpoint) -> CommandResult {
    let format = EndpointFormat { now: env.now() };
    print_item(format, args.tenant.json, endpoint)
}

fn print_secret(
    env: &Env<'_>,
    tenant: &TenantArgs,
    shown: &(WebhookEndpoint, WebhookSecret),
) -> CommandResult {
    if tenant.json {
        return Ok(print_json(&CreatedEndpointView::of(shown, env.now()))?);
    }
    let (endpoint, secret) = shown;
    print_values(&[
        ("id", endpoint.id.as_str()),
        ("signing secret", secret.expose()),
    ])?;
    Ok(print_line("The secret is shown only once.")?)
}

/// The named events; `None` if none was named.
fn named(events: Vec<EventName>) -> Option<BTreeSet<EventName>> {
    (!events.is_empty()).then(|| events.into_iter().collect())
}

/// A URL that the server accepts for endpoints.
fn checked_url(args: &GlobalArgs, text: &str) -> Result<WebUrl, Box<dyn std::error::Error>> {
    let (http, policy) = webhook_client(&Settings::read(&args.layers()?)?)?;
    let url = policy
        .parse(text)
        .map_err(|error| format!("--url {error}"))?;
    let check = http.check_url(url.as_str());
    check.map_err(|error| format!("--url: {error}"))?;
    Ok(url)
}
