//! What claims of deliveries and mails have in common.

use std::collections::HashMap;
use std::time::Duration;

use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::delivery::{Claim, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;

/// How much a claim leases and until when, in stored units.
#[derive(Debug, Clone, Copy)]
pub struct ClaimLimits {
    /// Now.
    pub now: i64,
    /// When the leases end.
    pub until: i64,
    /// How many at most.
    pub n: i64,
    /// How many of one endpoint may be leased at a time.
    pub cap: i64,
}

impl ClaimLimits {
    /// Up to `n` deliveries, up to `cap` of one endpoint, leased from `now` on.
    pub fn new(now: Timestamp, n: usize, cap: usize, lease: Duration) -> Self {
        Self {
            now: now.as_micros(),
            until: now.plus(lease).as_micros(),
            n: i64::try_from(n).unwrap_or(i64::MAX),
            cap: i64::try_from(cap).unwrap_or(i64::MAX),
        }
    }
}

/// Puts leased deliveries back into the order in which they were picked, each with its endpoint.
pub(crate) fn claims(
    picked: &[String],
    leased: Vec<Delivery>,
    endpoints: Vec<WebhookEndpoint>,
) -> Vec<Claim> {
    let endpoints: HashMap<TenantId, WebhookEndpoint> = endpoints
        .into_iter()
        .map(|endpoint| (endpoint.tenant.clone(), endpoint))
        .collect();
    let mut leased: HashMap<String, Delivery> = leased
        .into_iter()
        .map(|delivery| (delivery.id.to_string(), delivery))
        .collect();
    picked
        .iter()
        .filter_map(|id| {
            let delivery = leased.remove(id)?;
            let endpoint = endpoints.get(&delivery.tenant)?.clone();
            Some(Claim { delivery, endpoint })
        })
        .collect()
}

/// Puts leased mails back into the order in which they were picked.
pub(crate) fn in_order(picked: &[String], mut leased: Vec<QueuedMail>) -> Vec<QueuedMail> {
    let place = |mail: &QueuedMail| picked.iter().position(|id| id == mail.id.as_str());
    leased.sort_by_key(place);
    leased
}
