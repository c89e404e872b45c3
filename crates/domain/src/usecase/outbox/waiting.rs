//! Events that wait because their tenant had no endpoint of their mode.

use std::collections::HashMap;

use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::outbox::delivery::Delivery;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::ports::{Commit, Deliveries, StoreError, WebhookEndpoints};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;

/// The largest number of events in one commit.
const STEP: usize = 200;

/// The largest number of commits. What is left waits for the next sweep.
const MAX_STEPS: usize = 50;

/// Assigns events that wait, of one tenant or of all, to the oldest endpoint of their tenant that receives
/// them. The first endpoint of a tenant needs no assignment, since events wait for it. Returns the number of
/// events.
pub(crate) fn assign_waiting(
    store: &(impl WebhookEndpoints + Deliveries + Commit + ?Sized),
    env: &Env<'_>,
    tenant: Option<&TenantId>,
) -> Result<usize, Failure> {
    let mut assigned: usize = 0;
    for _ in 0..MAX_STEPS {
        let step = settle(store, |_| {
            let waiting = store.waiting_deliveries(tenant, STEP)?;
            let mut endpoints: HashMap<TenantId, Vec<WebhookEndpoint>> = HashMap::new();
            let mut changes = env.changes(env.now());
            for mut delivery in waiting {
                let tenant = delivery.tenant.clone();
                if !endpoints.contains_key(&tenant) {
                    endpoints.insert(tenant.clone(), readable_endpoints(store, &tenant)?);
                }
                let of_tenant = endpoints.get(&tenant).map_or(&[][..], Vec::as_slice);
                if let Some(endpoint) = receiver(&delivery, of_tenant) {
                    delivery.endpoint = endpoint.id.clone();
                    delivery.waits_in = None;
                    changes.deliveries.push(Write::changed(delivery));
                }
            }
            let step = changes.deliveries.len();
            Ok::<_, Failure>(Decision::commit(changes, step))
        })?;
        assigned = assigned.saturating_add(step);
        if step < STEP {
            break;
        }
    }
    Ok(assigned)
}

/// The endpoints of a tenant; none if one cannot be read, so that it delays no other tenant.
fn readable_endpoints(
    store: &(impl WebhookEndpoints + ?Sized),
    tenant: &TenantId,
) -> Result<Vec<WebhookEndpoint>, StoreError> {
    match store.webhook_endpoints(tenant) {
        Err(StoreError::Inconsistent { .. }) => Ok(Vec::new()),
        endpoints => endpoints,
    }
}

fn receiver<'a>(
    delivery: &Delivery,
    endpoints: &'a [WebhookEndpoint],
) -> Option<&'a WebhookEndpoint> {
    let mode = delivery.waits_in?;
    let receives = |it: &&WebhookEndpoint| it.subscription.receives(delivery.event, mode);
    endpoints.iter().find(receives)
}
