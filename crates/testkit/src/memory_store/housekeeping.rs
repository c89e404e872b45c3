//! Pruning of what is old.

use std::collections::BTreeMap;

use mintage_domain::base::seal::Sealed;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::delivery::{Delivery, DeliveryStatus};
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::stripe::processed_event::EventOutcome;
use mintage_domain::ports::{Housekeeping, MAX_PRUNED_ROWS, StoreError};

use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl Housekeeping for MemoryStore {
    fn prune(&self, kind: Prunable, until: Timestamp) -> Result<usize, StoreError> {
        Ok(prune(&mut self.tables(), kind, until, MAX_PRUNED_ROWS))
    }

    fn count_prunable(&self, kind: Prunable, until: Timestamp) -> Result<u64, StoreError> {
        let mut copy = self.tables().clone();
        let rows = prune(&mut copy, kind, until, usize::MAX);
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn prune(tables: &mut Tables, kind: Prunable, until: Timestamp, n: usize) -> usize {
    match kind {
        Prunable::Events => remove(&mut tables.events, n, |event| {
            event.received_at <= until && !matches!(event.outcome, EventOutcome::Parked { .. })
        }),
        Prunable::Attempts => remove(&mut tables.attempts, n, |attempt| attempt.at <= until),
        Prunable::Bodies => erase_bodies(tables, until, n),
        Prunable::Deliveries => remove(&mut tables.deliveries, n, |it| is_settled(it, until)),
        Prunable::Mails => remove(&mut tables.mails, n, |mail| {
            mail.created_at <= until && !mail.status.is_unsettled()
        }),
        Prunable::Activations => remove(&mut tables.activations, n, |activation| {
            activation.released_at.is_some_and(|at| at <= until)
        }),
        Prunable::Orders => remove(&mut tables.orders, n, |order| {
            order.created_at <= until && order.status == OrderStatus::Abandoned
        }),
        Prunable::Audit => remove(&mut tables.audit, n, |entry| entry.at <= until),
        Prunable::Idempotency => remove(&mut tables.idempotency_keys, n, |record| {
            record.expires_at <= until
        }),
        Prunable::Nonces => remove(&mut tables.nonces, n, |expires_at| *expires_at <= until),
        Prunable::Rates => tables.rates.prune(until, n),
        Prunable::Oauth => remove(&mut tables.oauth_rounds, n, |it| it.expires_at <= until),
        // A commit in memory is never uncertain.
        Prunable::Commits => 0,
    }
}

fn remove<K: Ord, V>(rows: &mut BTreeMap<K, V>, n: usize, is_old: impl Fn(&V) -> bool) -> usize {
    rows.extract_if(.., |_, row| is_old(row)).take(n).count()
}

fn is_settled(delivery: &Delivery, until: Timestamp) -> bool {
    let is_settled = matches!(
        delivery.status,
        DeliveryStatus::Delivered | DeliveryStatus::Failed
    );
    is_settled && delivery.created_at <= until
}

fn erase_bodies(tables: &mut Tables, until: Timestamp, n: usize) -> usize {
    let settled = tables
        .deliveries
        .values_mut()
        .filter(|it| is_settled(it, until) && !it.sealed_body.is_erased());
    let mut erased = 0;
    for delivery in settled.take(n) {
        erase_body(delivery);
        erased += 1;
    }
    erased
}

/// Erases what a delivery says about the customer.
pub(super) fn erase_body(delivery: &mut Delivery) {
    delivery.sealed_body = Sealed::from_bytes(&[]).expect("no bytes are an erased secret");
    if let Some(customer) = &mut delivery.customer {
        customer.external_id = None;
    }
    delivery.version += 1;
}
