//! The platform at Stripe: keys, client id, redirect URI, webhook endpoint and clock of each mode.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{Clock, Stripe, StripeError};
use mintage_runtime::system::SystemClock;
use mintage_stripe::{
    Application, AuthorizePage, EndpointState, FoundEndpoint, Inspection, StripeClient,
};

use super::check::Check;
use super::report::{Finding, Report};
use crate::config::Settings;

/// How far the clock may be from Stripe's. Signatures are refused at five minutes.
const MAX_SKEW: Duration = Duration::from_secs(30);

/// The URLs of this server that Stripe must know.
struct Urls {
    endpoint: String,
    redirect: String,
}

/// Checks the platform in each mode. Returns the modes in which Stripe accepts the key.
pub(super) fn check(
    report: &mut Report,
    stripe: &StripeClient,
    settings: &Settings,
) -> Result<Vec<Mode>, StripeError> {
    let urls = Urls {
        endpoint: format!("{}/api/stripe/webhook/connect", settings.public_url),
        redirect: format!("{}/stripe/callback", settings.public_url),
    };
    let (mut usable, mut time) = (Vec::new(), None);
    for mode in [Mode::Sandbox, Mode::Live] {
        if !stripe.offers(mode) {
            report.add(Finding::off(Check::StripeMode, "not set up").in_mode(mode));
            continue;
        }
        let inspection = stripe.inspect(mode, &urls.endpoint, &urls.redirect)?;
        let read_at = SystemClock.now();
        time = time.or(inspection.time.map(|time| (time, read_at)));
        if check_key(report, mode, &inspection) {
            usable.push(mode);
            check_endpoint(report, mode, &inspection, &urls);
        }
        check_redirect(report, mode, &inspection, &urls);
        check_secret(report, mode, settings);
    }
    if settings.stripe.shares_client_id() {
        report.add(Finding::failed(
            Check::ClientId,
            "both modes have the same client id, and each client id is of one mode",
            "Copy the client id of each mode from Stripe's dashboard, with the switch of the mode set.",
        ));
    }
    match time {
        Some((stripe, own)) => check_clock(report, stripe, own),
        None => report.add(Finding::off(
            Check::Clock,
            "not compared: Stripe was not asked, or did not answer",
        )),
    }
    Ok(usable)
}

/// Returns whether Stripe accepts the key.
fn check_key(report: &mut Report, mode: Mode, inspection: &Inspection) -> bool {
    let finding = match &inspection.account {
        Ok(id) => Finding::ok(Check::StripeKey, format_args!("the secret key is of {id}")),
        Err(StripeError::Unauthorized) => Finding::failed(
            Check::StripeKey,
            "Stripe does not accept the secret key",
            format_args!(
                "Copy the secret key of this mode from Developers > API keys in Stripe's dashboard into {}, and \
                 restart the servers.",
                variables(mode).key
            ),
        ),
        Err(error) => Finding::failed(
            Check::StripeKey,
            error,
            "Allow connections to STRIPE_API_URL, and see https://status.stripe.com; a restricted key must be \
             allowed to read accounts.",
        ),
    };
    report.add(finding.in_mode(mode));
    inspection.account.is_ok()
}

/// The settings of a mode.
pub(super) struct Variables {
    pub(super) client_id: &'static str,
    pub(super) key: &'static str,
    pub(super) webhook_secret: &'static str,
}

pub(super) const fn variables(mode: Mode) -> Variables {
    match mode {
        Mode::Live => Variables {
            client_id: "STRIPE_CONNECT_CLIENT_ID",
            key: "STRIPE_SECRET_KEY",
            webhook_secret: "STRIPE_CONNECT_WEBHOOK_SECRET",
        },
        Mode::Sandbox => Variables {
            client_id: "STRIPE_SANDBOX_CONNECT_CLIENT_ID",
            key: "STRIPE_SANDBOX_SECRET_KEY",
            webhook_secret: "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET",
        },
    }
}

fn check_endpoint(report: &mut Report, mode: Mode, inspection: &Inspection, urls: &Urls) {
    let url = &urls.endpoint;
    let found = match &inspection.endpoint {
        Ok(found) => found,
        Err(error) => {
            let finding = Finding::warning(
                Check::WebhookEndpoint,
                format_args!("the webhook endpoint {url} cannot be looked up: {error}"),
                "Allow the restricted key to read webhook endpoints, or compare the endpoint in Stripe's \
                 dashboard with docs/STRIPE-SETUP.md.",
            );
            return report.add(finding.in_mode(mode));
        }
    };
    let add = format!(
        "In Stripe's dashboard, in this mode, open Developers > Webhooks and add {url} for events on connected \
         accounts; docs/STRIPE-SETUP.md lists the events. Then set {} to its signing secret.",
        variables(mode).webhook_secret
    );
    let finding = match &found.state {
        EndpointState::Complete => Finding::ok(
            Check::WebhookEndpoint,
            format_args!("a webhook endpoint sends every event to {url}"),
        ),
        EndpointState::Lacks(events) => Finding::failed(
            Check::WebhookEvents,
            format_args!(
                "the webhook endpoint {url} is not sent {}",
                events.join(", ")
            ),
            "In Stripe's dashboard, open the endpoint under Developers > Webhooks and select these events.",
        ),
        EndpointState::Disabled => Finding::failed(
            Check::WebhookEndpoint,
            format_args!("the webhook endpoint {url} is disabled"),
            "In Stripe's dashboard, enable the endpoint under Developers > Webhooks, and then run `mintage \
             reconcile`.",
        ),
        EndpointState::Missing => Finding::failed(
            Check::WebhookEndpoint,
            format_args!("there is no webhook endpoint {url}"),
            add,
        ),
    };
    report.add(finding.in_mode(mode));
    check_application(report, mode, found);
}

/// The application of an endpoint says whether the endpoint is for connected accounts, and of which client id.
fn check_application(report: &mut Report, mode: Mode, found: &FoundEndpoint) {
    let finding = match &found.application {
        Application::Own | Application::Unknown => return,
        Application::None => Finding::warning(
            Check::WebhookEndpoint,
            "the webhook endpoint seems to be for events of the platform's own account",
            "Stripe sends nothing about the sellers to such an endpoint: add one for events on connected accounts, \
             and set the webhook secret to its signing secret.",
        ),
        Application::Other(id) => Finding::warning(
            Check::ClientId,
            format_args!(
                "the webhook endpoint belongs to the application {id}, and {} names another one",
                variables(mode).client_id
            ),
            "Copy the client id of this mode from the Connect settings in Stripe's dashboard; both modes' ids \
             begin with ca_.",
        ),
    };
    report.add(finding.in_mode(mode));
}

fn check_redirect(report: &mut Report, mode: Mode, inspection: &Inspection, urls: &Urls) {
    let uri = &urls.redirect;
    let unclear = |why: String| {
        Finding::warning(
            Check::RedirectUri,
            format_args!("Stripe did not say whether the redirect URI {uri} is allowed: {why}"),
            "Compare the URI with those in the OAuth settings of Connect in Stripe's dashboard.",
        )
    };
    let finding = match &inspection.authorize {
        Ok(AuthorizePage::Offered) => Finding::ok(
            Check::RedirectUri,
            format_args!("Stripe offers its consent page for {uri}"),
        ),
        Ok(AuthorizePage::UnknownRedirect) => Finding::failed(
            Check::RedirectUri,
            format_args!("Stripe does not allow the redirect URI {uri}"),
            format_args!(
                "In Stripe's dashboard, in this mode, open the OAuth settings of Connect and add exactly {uri}; or \
                 correct MINTAGE_PUBLIC_URL."
            ),
        ),
        Ok(AuthorizePage::UnknownClient) => Finding::failed(
            Check::ClientId,
            "Stripe does not know the client id",
            format_args!(
                "Copy the client id of this mode, ca_..., from the OAuth settings of Connect in Stripe's dashboard \
                 into {}.",
                variables(mode).client_id
            ),
        ),
        Ok(AuthorizePage::Unclear(status)) => unclear(format!("it answered {status}")),
        Err(error) => unclear(error.to_string()),
    };
    report.add(finding.in_mode(mode));
}

fn check_secret(report: &mut Report, mode: Mode, settings: &Settings) {
    let variable = variables(mode).webhook_secret;
    let has_secret = settings.stripe.webhook_modes().any(|it| it == mode);
    let finding = if has_secret {
        Finding::ok(Check::WebhookSecret, format_args!("{variable} is set"))
    } else {
        Finding::failed(
            Check::WebhookSecret,
            "no webhook secret is set: events of paid orders are refused",
            format_args!(
                "Set {variable} to the signing secret, whsec_..., that Stripe's dashboard shows at the endpoint, \
                 and restart the servers."
            ),
        )
    };
    report.add(finding.in_mode(mode));
}

fn check_clock(report: &mut Report, stripe: Timestamp, own: Timestamp) {
    let (ahead, behind) = (own.since(stripe), stripe.since(own));
    if ahead <= MAX_SKEW && behind <= MAX_SKEW {
        return report.add(Finding::ok(Check::Clock, "agrees with Stripe's"));
    }
    let (skew, direction) = if ahead > behind {
        (ahead, "ahead of")
    } else {
        (behind, "behind")
    };
    report.add(Finding::failed(
        Check::Clock,
        format_args!(
            "{} s {direction} Stripe's: signatures are refused",
            skew.as_secs()
        ),
        "Set up time synchronisation on this machine, with chrony or systemd-timesyncd.",
    ));
}
