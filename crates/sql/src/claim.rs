//! What claims of deliveries and mails have in common.

use std::collections::HashMap;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::lane::LaneState;
use mintage_domain::ports::{ClaimLimits, SET_ASIDE, StoreError};

/// A queue whose rows wait in lanes.
#[derive(Debug, Clone, Copy)]
pub struct Queue {
    /// Its name in the table of lanes.
    pub name: &'static str,
    /// The table of its rows, which has the columns `id`, `status`, `attempts`, `due_at` and `version`.
    pub table: &'static str,
    /// The key of the lane of a row `d`, as the indexes of the table say it.
    pub lane: &'static str,
    /// The condition that a row, `d`, does not wait for another one.
    pub unblocked: &'static str,
}

/// Deliveries of events to webhook endpoints.
pub const WEBHOOKS: Queue = Queue {
    name: "webhooks",
    table: "deliveries",
    lane: "coalesce(d.endpoint, d.tenant)",
    // The events of a license are sent to an endpoint in their order. One that this version does not know is set aside,
    // and delays none; nor does one about activity, since there may be many.
    unblocked: "not exists (select 1 from deliveries e \
        where e.license = d.license and coalesce(e.endpoint, '') = coalesce(d.endpoint, '') \
        and e.status in ('pending', 'leased') and e.sequence < d.sequence \
        and e.event in ('license.created', 'license.refunded', 'license.revoked', 'license.frozen', \
        'license.thawed', 'license.disputed', 'license.expiring', 'license.expired', 'license.reissued', \
        'license.updated', \
        'order.paid', 'order.refunded', 'subscription.renewed', 'subscription.canceled', \
        'subscription.past_due', 'connection.connected', 'connection.disconnected', \
        'connection.needs_attention', 'webhook.test'))",
};

/// Mails.
pub const MAILS: Queue = Queue {
    name: "mails",
    table: "mails",
    lane: "d.tenant",
    unblocked: "true",
};

/// The limits of a claim, in stored units.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Now.
    pub now: i64,
    /// When the leases end.
    pub until: i64,
    /// Until when unreadable rows are set aside.
    pub aside: i64,
    /// How many rows of responsive lanes, at most.
    pub responsive: i64,
    /// How many rows of unresponsive lanes, at most.
    pub unresponsive: i64,
    /// How many rows of one lane may be leased at a time.
    pub per_lane: i64,
}

impl From<&ClaimLimits> for Limits {
    fn from(limits: &ClaimLimits) -> Self {
        let stored = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            now: limits.now.as_micros(),
            until: limits.now.plus(limits.lease).as_micros(),
            aside: limits.now.plus(SET_ASIDE).as_micros(),
            responsive: stored(limits.responsive),
            unresponsive: stored(limits.unresponsive),
            per_lane: stored(limits.per_lane),
        }
    }
}

/// A lane whose turn it is.
#[derive(Debug, Clone)]
pub struct Lane {
    /// Its key: the tenant, or an endpoint that is not the first one of its tenant.
    pub key: String,
    /// Whether its last attempt had an answer in time.
    pub is_responsive: bool,
    /// How many of its rows may be leased at a time.
    pub width: i64,
}

impl Lane {
    /// A lane, from its row.
    pub(crate) fn new((key, state, width): (String, String, i64)) -> Self {
        Self {
            key,
            is_responsive: state == LaneState::Responsive.as_str(),
            width,
        }
    }

    /// How many rows of the lane are read at most: no more than may be leased.
    pub(crate) fn room(&self, limits: Limits) -> i64 {
        self.width.min(limits.per_lane)
    }
}

/// A row of a queue.
pub(crate) trait QueueRow {
    /// What the row is in the domain.
    type Item;

    /// The id.
    fn id(&self) -> &str;
    /// The key of the lane.
    fn lane(&self) -> &str;
    /// The row in the domain, leased for one attempt.
    fn leased(self, until: Timestamp) -> Result<Self::Item, StoreError>;
}

/// What a claim leases, and what it sets aside.
#[derive(Debug)]
pub(crate) struct Picked<T> {
    /// The ids of the leased rows.
    pub(crate) ids: Vec<String>,
    /// The leased rows.
    pub(crate) leased: Vec<T>,
    /// The ids of the unreadable rows.
    pub(crate) unreadable_ids: Vec<String>,
    /// Why those rows are unreadable.
    pub(crate) unreadable: Vec<StoreError>,
    /// Whether a limit ended the claim.
    pub(crate) has_more: bool,
}

/// Picks from the due rows of the lanes, which are in the order of their turns: one row of each lane,
/// then the next one of each, up to the limits. `rows` are ordered by the time at which they became due.
pub(crate) fn pick<R: QueueRow>(lanes: &[Lane], rows: Vec<R>, limits: Limits) -> Picked<R::Item> {
    let mut picked = Picked {
        ids: Vec::new(),
        leased: Vec::new(),
        unreadable_ids: Vec::new(),
        unreadable: Vec::new(),
        has_more: false,
    };
    let until = Timestamp::from_micros(limits.until);
    let mut due: HashMap<String, Vec<(String, R::Item)>> = HashMap::new();
    for row in rows {
        let (id, lane) = (row.id().to_owned(), row.lane().to_owned());
        match row.leased(until) {
            Ok(item) => due.entry(lane).or_default().push((id, item)),
            Err(error) => {
                picked.unreadable_ids.push(id);
                picked.unreadable.push(error);
            }
        }
    }
    for (is_responsive, limit) in [(true, limits.responsive), (false, limits.unresponsive)] {
        let limit = usize::try_from(limit).unwrap_or(0);
        let lanes = lanes.iter().filter(|it| it.is_responsive == is_responsive);
        let lanes: Vec<_> = lanes.map(|it| due.remove(&it.key)).collect();
        // As many lanes as were asked for may have others behind them.
        let is_full = limit > 0 && lanes.len() >= limit;
        let all = rounds(lanes.into_iter().flatten().collect());
        picked.has_more |= is_full || (limit > 0 && all.len() > limit);
        for (id, item) in all.into_iter().take(limit) {
            picked.ids.push(id);
            picked.leased.push(item);
        }
    }
    picked.has_more |= !picked.unreadable.is_empty();
    picked
}

/// The first row of each lane, then the second one of each, and so on.
fn rounds<T>(lanes: Vec<Vec<T>>) -> Vec<T> {
    let mut lanes: Vec<_> = lanes.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(lanes.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

#[cfg(test)]
mod tests {
    use mintage_domain::model::outbox::event::EventName;

    use super::*;

    #[test]
    fn every_known_event_but_those_about_activity_delays_the_later_ones_of_its_license() {
        for name in EventName::ALL {
            let quoted = format!("'{}'", name.as_str());
            let delays = WEBHOOKS.unblocked.contains(&quoted);
            assert_eq!(delays, !name.is_activity(), "{quoted}");
        }
    }

    #[test]
    fn each_lane_has_a_row_in_every_round() {
        let lanes = vec![vec![1, 4, 6], vec![2], vec![], vec![3, 5]];
        assert_eq!(rounds(lanes), [1, 2, 3, 4, 5, 6]);
        assert!(rounds::<u8>(Vec::new()).is_empty());
    }
}
