//! Lanes: what a commit changes in them.
//!
//! `turn_at` is never later than the lane has something to claim: a commit that queues or moves a row
//! lowers it, and only a claim, which holds the lane's row, raises it.

use std::collections::BTreeMap;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::lane::LaneState;

use super::webhook_endpoint::lane_key;
use crate::claim::{MAILS, WEBHOOKS};
use crate::schema::lanes;
use crate::table::stored;
use crate::writes::{Form, Writes};

/// A row of `lanes`. What a commit does not change is null. The column `tenant` is the key of the lane: a
/// tenant, or an endpoint that is not the first one of its tenant.
#[derive(Debug, Clone, Default)]
pub struct LaneRow {
    tenant: String,
    queue: String,
    state: Option<String>,
    width: Option<i64>,
    turn_at: Option<i64>,
}

stored!(LaneRow: lanes { key tenant, key queue, set state, set width, set turn_at });

/// How a lane that exists takes a change. A row that would stay as it is is locked and not written.
const MERGE: &str = "\
    (tenant, queue) do update set \
        state = coalesce(excluded.state, lanes.state), \
        width = coalesce(excluded.width, lanes.width), \
        turn_at = case \
            when excluded.turn_at is null or lanes.turn_at <= excluded.turn_at \
            then lanes.turn_at else excluded.turn_at end \
    where excluded.state <> coalesce(lanes.state, '') \
        or excluded.width <> coalesce(lanes.width, 0) \
        or excluded.turn_at < lanes.turn_at \
        or (excluded.turn_at is not null and lanes.turn_at is null)";

/// The width of a lane that is as wide as a claim allows.
const UNLIMITED: i64 = i64::MAX;

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    let mut lanes: BTreeMap<(String, &'static str), LaneRow> = BTreeMap::new();
    let now = changes.at.as_micros();
    for endpoint in changes.endpoints.iter().map(|write| &write.value) {
        let lane = lane(&mut lanes, endpoint.lane_key().to_owned(), WEBHOOKS.name);
        lane.state = Some(endpoint.lane().as_str().to_owned());
        lane.width = Some(endpoint.health.width.map_or(UNLIMITED, i64::from));
        // The lane may have become wider.
        lane.turn_at = Some(now);
    }
    for write in &changes.deliveries {
        let key = lane_key(&write.value.tenant, &write.value.endpoint);
        let lane = lane(&mut lanes, key, WEBHOOKS.name);
        let due_at = write.value.due_at.as_micros();
        lower(lane, write, write.value.is_unsettled(), due_at, now);
    }
    for write in &changes.mails {
        let lane = lane(&mut lanes, write.value.tenant.to_string(), MAILS.name);
        lane.state = Some(LaneState::Responsive.as_str().to_owned());
        lane.width = Some(UNLIMITED);
        let due_at = write.value.due_at.as_micros();
        lower(lane, write, write.value.status.is_unsettled(), due_at, now);
    }
    writes.add(Form::Merge(MERGE), lanes.into_values());
}

fn lane<'a>(
    lanes: &'a mut BTreeMap<(String, &'static str), LaneRow>,
    key: String,
    queue: &'static str,
) -> &'a mut LaneRow {
    lanes
        .entry((key.clone(), queue))
        .or_insert_with(|| LaneRow {
            tenant: key,
            queue: queue.to_owned(),
            ..LaneRow::default()
        })
}

/// Lowers the turn of a lane: to the time at which a new row is due, and to now when a row that was
/// there changes, since an attempt that ended makes room in a full lane.
fn lower<T>(lane: &mut LaneRow, write: &Write<T>, is_unsettled: bool, due_at: i64, now: i64) {
    let at = match (write.is_new(), is_unsettled) {
        (true, true) => due_at,
        (true, false) => return,
        (false, true) => due_at.min(now),
        (false, false) => now,
    };
    lane.turn_at = Some(lane.turn_at.map_or(at, |turn| turn.min(at)));
}
