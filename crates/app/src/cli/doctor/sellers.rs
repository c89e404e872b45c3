//! What waits in the database: paid orders without a license, and endpoints of sellers that are paused.

use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::outbox::delivery::DeliveryStatus;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{Store, StoreError};

use super::check::Check;
use super::report::{Finding, Report};
use crate::config::secret_in;

/// The most pages of a list that are read.
const MAX_PAGES: usize = 100;

/// How many letters and digits a secret has at least.
const LEAST: usize = 8;

/// Checks every tenant. `mails` is whether a mail server is set up.
pub(super) fn check(report: &mut Report, store: &dyn Store, mails: bool) -> Result<(), StoreError> {
    let tenants = all(|page| store.tenants(page))?;
    for tenant in &tenants {
        let findings = [
            parked_events(store, &tenant.id)?,
            silent_endpoint(store, tenant, mails)?,
            secret_in_a_name(store, &tenant.id)?,
        ];
        for finding in findings.into_iter().flatten() {
            report.add(finding.of(&tenant.id));
        }
    }
    let tenants = tenants.len();
    for (check, what) in [
        (Check::ParkedEvents, "no paid order waits for its license"),
        (
            Check::SellerEndpoints,
            "every webhook endpoint receives its events",
        ),
        (Check::SecretKeyExposed, "no name holds a secret"),
    ] {
        report.ok_if_clean(check, format_args!("{what}, of {tenants} tenants"));
    }
    Ok(())
}

/// All items of a list, as far as so many pages hold them.
fn all<T>(
    read: impl Fn(&PageRequest) -> Result<Page<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut items = Vec::new();
    let mut request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    for _ in 0..MAX_PAGES {
        let page = read(&request)?;
        items.extend(page.items);
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    Ok(items)
}

fn parked_events(store: &dyn Store, tenant: &TenantId) -> Result<Option<Finding>, StoreError> {
    let request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    let page = store.parked(tenant, &request)?;
    let more = if page.next.is_some() { " or more" } else { "" };
    Ok(page.items.first().map(|newest| {
        let reason = newest.outcome.waiting().map(|it| it.reason.as_str());
        Finding::failed(
            Check::ParkedEvents,
            format_args!(
                "{}{more} events of paid orders wait for their licenses; the newest one: {}",
                page.items.len(),
                reason.unwrap_or_default()
            ),
            format_args!(
                "`mintage parked list --tenant {tenant}` says why each event waits. Remove the cause; the server \
                 retries by itself, and `mintage parked retry` makes it retry now."
            ),
        )
    }))
}

fn silent_endpoint(
    store: &dyn Store,
    tenant: &Tenant,
    mails: bool,
) -> Result<Option<Finding>, StoreError> {
    let endpoints = store.webhook_endpoints(&tenant.id)?;
    if endpoints.is_empty() {
        return nobody_is_told(store, tenant, mails);
    }
    let mut silent = endpoints.iter().filter(|it| it.status() != "active");
    Ok(silent.next().map(|endpoint| {
        Finding::warning(
            Check::SellerEndpoints,
            format_args!(
                "the webhook endpoint {} is {}: its events wait",
                endpoint.id,
                endpoint.status()
            ),
            format_args!(
                "The seller looks at GET /v1/webhook/deliveries, mends the receiver, and calls POST \
                 /v1/webhook-endpoints/{}/resume; an endpoint that is gone needs its URL set again.",
                endpoint.id
            ),
        )
    }))
}

/// Whether events wait for a first endpoint of a tenant whose buyers get no mail.
fn nobody_is_told(
    store: &dyn Store,
    tenant: &Tenant,
    mails: bool,
) -> Result<Option<Finding>, StoreError> {
    if mails && tenant.mails {
        return Ok(None);
    }
    let newest = PageRequest {
        after: None,
        limit: Some(1),
    };
    let page = store.deliveries(&tenant.id, None, &newest)?;
    let mut waiting = page.items.iter();
    let waits = waiting.any(|(delivery, _)| delivery.status == DeliveryStatus::Pending);
    Ok(waits.then(|| {
        Finding::warning(
            Check::SellerEndpoints,
            "there is no webhook endpoint, and no mail is sent: license keys reach buyers only by the thank-you page",
            "The seller sets an endpoint by PUT /v1/webhook; the events that wait are sent to it.",
        )
    }))
}

/// The names of products and key types stand in pages and mails.
fn secret_in_a_name(store: &dyn Store, tenant: &TenantId) -> Result<Option<Finding>, StoreError> {
    let products = all(|page| store.products(tenant, page))?;
    let key_types = all(|page| store.key_types(tenant, None, page))?;
    let names = products
        .iter()
        .map(|it| (format!("product {}", it.id), it.display_name.as_str()));
    let names = names.chain(key_types.iter().map(|it| {
        (
            format!("key type {}/{}", it.product, it.id),
            it.display_name.as_str(),
        )
    }));
    let mut exposed =
        names.filter_map(|(what, name)| secret_in(name, LEAST).map(|prefix| (what, prefix)));
    Ok(exposed.next().map(|(what, prefix)| {
        Finding::failed(
            Check::SecretKeyExposed,
            format_args!("the name of the {what} holds a secret, {prefix}..., and buyers see the name"),
            "Roll the secret in Stripe's dashboard, since somebody may have seen it, and give the product or key \
             type another name.",
        )
    }))
}
