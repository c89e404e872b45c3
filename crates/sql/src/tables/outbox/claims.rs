//! Claims of deliveries and mails: the lanes whose turn it is, what is due in them, and their next
//! turns.

use std::collections::HashMap;

use mintage_domain::model::outbox::delivery::{Claim, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::{Claimed, StoreError};

use super::super::super::claim::{
    due_deliveries, due_mails, endpoint_rows, is_due, lanes, lease, set_aside, set_lanes_aside,
    set_turns,
};
use super::super::super::db::Conn;
use super::webhook_endpoint::lane_key;
use crate::claim::{Lane, Limits, MAILS, Picked, Queue, WEBHOOKS, pick};
use crate::error::Error;

/// Whether it may be the turn of a lane of deliveries.
pub fn are_deliveries_due(conn: &mut Conn, limits: Limits) -> Result<bool, Error> {
    is_due(conn, WEBHOOKS, limits)
}

/// Whether it may be the turn of a lane of mails.
pub fn are_mails_due(conn: &mut Conn, limits: Limits) -> Result<bool, Error> {
    is_due(conn, MAILS, limits)
}

/// Lease the deliveries that are due, inside a transaction.
pub fn claim(conn: &mut Conn, limits: Limits) -> Result<Claimed<Claim>, Error> {
    let lanes = lanes(conn, WEBHOOKS, limits)?;
    if lanes.is_empty() {
        return Ok(claimed(Vec::new(), Vec::new(), false));
    }
    let (endpoints, mut unreadable) = endpoints(conn, &lanes)?;
    let (lanes, unserved): (Vec<Lane>, Vec<Lane>) = lanes
        .into_iter()
        .partition(|lane| endpoints.contains_key(&lane.key));
    if !unserved.is_empty() {
        set_lanes_aside(conn, WEBHOOKS, &unserved, limits)?;
    }
    let rows = due_deliveries(conn, &lanes, limits)?;
    let picked: Picked<Delivery> = pick(&lanes, rows, limits);
    take(conn, WEBHOOKS, &lanes, &picked, limits)?;
    let leased = picked.leased.into_iter().filter_map(|delivery| {
        let key = lane_key(&delivery.tenant, &delivery.endpoint);
        let endpoint = endpoints.get(&key)?.clone();
        Some(Claim { delivery, endpoint })
    });
    unreadable.extend(picked.unreadable);
    Ok(claimed(leased.collect(), unreadable, picked.has_more))
}

/// Lease the mails that are due, inside a transaction.
pub fn claim_mails(conn: &mut Conn, limits: Limits) -> Result<Claimed<QueuedMail>, Error> {
    let lanes = lanes(conn, MAILS, limits)?;
    if lanes.is_empty() {
        return Ok(claimed(Vec::new(), Vec::new(), false));
    }
    let rows = due_mails(conn, &lanes, limits)?;
    let picked: Picked<QueuedMail> = pick(&lanes, rows, limits);
    take(conn, MAILS, &lanes, &picked, limits)?;
    Ok(claimed(picked.leased, picked.unreadable, picked.has_more))
}

fn claimed<T>(leased: Vec<T>, unreadable: Vec<StoreError>, has_more: bool) -> Claimed<T> {
    Claimed {
        leased,
        unreadable,
        has_more,
    }
}

/// The endpoints of lanes, and why others cannot be read.
fn endpoints(
    conn: &mut Conn,
    lanes: &[Lane],
) -> Result<(HashMap<String, WebhookEndpoint>, Vec<StoreError>), Error> {
    let (mut found, mut unreadable) = (HashMap::new(), Vec::new());
    for row in endpoint_rows(conn, lanes)? {
        let key = row.lane_key().to_owned();
        match WebhookEndpoint::try_from(row) {
            Ok(endpoint) => {
                found.insert(key, endpoint);
            }
            Err(error) => unreadable.push(error),
        }
    }
    Ok((found, unreadable))
}

/// Writes what was picked, and the next turns of the lanes.
fn take<T>(
    conn: &mut Conn,
    queue: Queue,
    lanes: &[Lane],
    picked: &Picked<T>,
    limits: Limits,
) -> Result<(), Error> {
    if !picked.ids.is_empty() {
        lease(conn, queue, &picked.ids, limits)?;
    }
    if !picked.unreadable_ids.is_empty() {
        set_aside(conn, queue, &picked.unreadable_ids, limits)?;
    }
    set_turns(conn, queue, lanes, limits)
}
