//! Asking Stripe whether the platform is set up as Mintage needs it. Nothing is changed at Stripe.

mod probe;
mod sent_events;

pub use probe::AuthorizePage;
pub use sent_events::SentEvent;

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{HttpResponse, StripeError};
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::call;
use crate::client::StripeClient;
use crate::config::ModeConfig;
use crate::event::READ;

/// The older name of `refund.updated`. One of the two is enough.
const OLD_REFUND: &str = "charge.refund.updated";

/// What Stripe says about the platform in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The platform's account, to which the secret key belongs.
    pub account: Result<StripeAccountId, StripeError>,
    /// The time at Stripe, in whole seconds, if Stripe answered.
    pub time: Option<Timestamp>,
    /// The webhook endpoint of this server, or why Stripe does not tell.
    pub endpoint: Result<FoundEndpoint, StripeError>,
    /// What a seller would see who connects.
    pub authorize: Result<AuthorizePage, StripeError>,
}

/// The webhook endpoints at Stripe with the URL of this server, taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEndpoint {
    /// What Stripe sends.
    pub state: EndpointState,
    /// Whose events Stripe sends.
    pub application: Application,
}

/// The application of a webhook endpoint. Stripe sets one for endpoints of connected accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Application {
    /// The one with the configured client id.
    Own,
    /// Another one, with this client id.
    Other(String),
    /// None: the endpoint is for events of the platform's own account.
    None,
    /// There is no enabled endpoint.
    Unknown,
}

/// A webhook endpoint at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointState {
    /// Stripe sends all events that Mintage reads.
    Complete,
    /// Stripe sends some events, and not these.
    Lacks(Vec<&'static str>),
    /// Stripe sends nothing, since the endpoint is disabled.
    Disabled,
    /// There is none with this URL.
    Missing,
}

impl StripeClient {
    /// Asks Stripe about the platform in one mode: its key, the time, the webhook endpoint of this URL, and the
    /// consent page that comes back to `redirect`.
    pub fn inspect(
        &self,
        mode: Mode,
        endpoint_url: &str,
        redirect: &str,
    ) -> Result<Inspection, StripeError> {
        let config = self.mode(mode)?;
        let answer = self.ask(config, get("/account"));
        let time = answer.as_ref().ok().and_then(time);
        let account = answer.and_then(|answer| call::read::<Account>(&answer));
        let endpoint = match &account {
            Ok(_) => self.endpoint(config, endpoint_url),
            Err(error) => Err(error.clone()),
        };
        Ok(Inspection {
            account: account.map(|account| account.id),
            time,
            endpoint,
            authorize: self.authorize_page(mode, redirect),
        })
    }

    fn endpoint(&self, config: &ModeConfig, url: &str) -> Result<FoundEndpoint, StripeError> {
        let request = get("/webhook_endpoints").query(&Limit { limit: 100 });
        let endpoints: Endpoints = call::read(&self.ask(config, request)?)?;
        Ok(FoundEndpoint {
            state: endpoints.state(url),
            application: endpoints.application(url, config.client_id()),
        })
    }
}

fn get(path: &str) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, path)
}

fn time(answer: &HttpResponse) -> Option<Timestamp> {
    Timestamp::parse_http_date(answer.header("date")?).ok()
}

/// More endpoints than an account may have.
#[derive(Serialize)]
struct Limit {
    limit: u32,
}

#[derive(Deserialize)]
struct Account {
    id: StripeAccountId,
}

#[derive(Deserialize)]
struct Endpoints {
    data: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    url: String,
    status: String,
    enabled_events: Vec<String>,
    application: Option<String>,
}

impl Endpoints {
    /// The state of the endpoints with this URL, taken together: there may be one for the events of
    /// connected accounts, and others.
    fn state(&self, url: &str) -> EndpointState {
        let of_url: Vec<&Endpoint> = self.data.iter().filter(|it| it.url == url).collect();
        if of_url.is_empty() {
            return EndpointState::Missing;
        }
        let enabled: Vec<&&Endpoint> = of_url.iter().filter(|it| it.status == "enabled").collect();
        if enabled.is_empty() {
            return EndpointState::Disabled;
        }
        let is_sent = |kind: &str| {
            let mut events = enabled.iter().flat_map(|it| &it.enabled_events);
            events.any(|event| {
                event == "*" || event == kind || (event == "refund.updated" && kind == OLD_REFUND)
            })
        };
        let lacks: Vec<_> = READ.into_iter().filter(|kind| !is_sent(kind)).collect();
        if lacks.is_empty() {
            EndpointState::Complete
        } else {
            EndpointState::Lacks(lacks)
        }
    }
}

impl Endpoints {
    /// The application of the enabled endpoints with this URL. If one is of the client id, the others do not
    /// matter.
    fn application(&self, url: &str, client_id: &str) -> Application {
        let enabled = self.data.iter();
        let mut applications = enabled
            .filter(|it| it.url == url && it.status == "enabled")
            .map(|it| it.application.as_deref())
            .collect::<Vec<_>>();
        applications.sort_unstable();
        match applications.last() {
            None => Application::Unknown,
            Some(_) if applications.contains(&Some(client_id)) => Application::Own,
            Some(None) => Application::None,
            Some(Some(other)) => Application::Other((*other).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_complete_if_every_event_that_is_read_is_sent() {
        let endpoint = |url: &str, status: &str, events: &[&str]| Endpoint {
            url: url.to_owned(),
            status: status.to_owned(),
            enabled_events: events.iter().map(|&event| event.to_owned()).collect(),
            application: None,
        };
        let (first, rest) = READ.split_at(1);
        let without_old: Vec<_> = READ.into_iter().filter(|it| *it != OLD_REFUND).collect();
        for (data, state) in [
            (vec![], EndpointState::Missing),
            (
                vec![endpoint("https://b", "enabled", &["*"])],
                EndpointState::Missing,
            ),
            (
                vec![endpoint("https://a", "disabled", &["*"])],
                EndpointState::Disabled,
            ),
            (
                vec![endpoint("https://a", "enabled", &["*"])],
                EndpointState::Complete,
            ),
            (
                vec![endpoint("https://a", "enabled", rest)],
                EndpointState::Lacks(first.to_vec()),
            ),
            (
                vec![endpoint("https://a", "enabled", &without_old)],
                EndpointState::Complete,
            ),
            (
                vec![
                    endpoint("https://a", "enabled", rest),
                    endpoint("https://a", "enabled", first),
                ],
                EndpointState::Complete,
            ),
        ] {
            assert_eq!(Endpoints { data }.state("https://a"), state);
        }
    }

    #[test]
    fn an_endpoint_is_for_connected_accounts_if_it_has_the_application_of_the_client_id() {
        let endpoint = |status: &str, application: Option<&str>| Endpoint {
            url: "https://a".to_owned(),
            status: status.to_owned(),
            enabled_events: Vec::new(),
            application: application.map(str::to_owned),
        };
        let other = Application::Other("ca_2".to_owned());
        for (data, application) in [
            (vec![], Application::Unknown),
            (
                vec![endpoint("disabled", Some("ca_1"))],
                Application::Unknown,
            ),
            (vec![endpoint("enabled", Some("ca_1"))], Application::Own),
            (vec![endpoint("enabled", None)], Application::None),
            (vec![endpoint("enabled", Some("ca_2"))], other.clone()),
            (
                vec![
                    endpoint("enabled", None),
                    endpoint("enabled", Some("ca_1")),
                    endpoint("enabled", Some("ca_2")),
                ],
                Application::Own,
            ),
            (
                vec![endpoint("enabled", Some("ca_2")), endpoint("enabled", None)],
                other,
            ),
        ] {
            assert_eq!(
                Endpoints { data }.application("https://a", "ca_1"),
                application
            );
        }
    }
}
