//! The turns of lanes.

use std::collections::BTreeMap;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::lane::LaneState;
use mintage_domain::ports::ClaimLimits;

/// A delivery or a mail that is not settled.
pub(super) struct LaneRow<'a, I> {
    /// The key of the lane.
    pub(super) lane: &'a str,
    pub(super) id: I,
    pub(super) is_leased: bool,
    pub(super) due_at: Timestamp,
}

/// What a claim leases.
pub(super) struct Turns<I> {
    pub(super) picked: Vec<I>,
    pub(super) has_more: bool,
}

/// The rows of one lane that may be leased, the longest due first, and when the turn of the lane began.
struct Lane<I> {
    turn: Timestamp,
    due: Vec<I>,
}

/// Picks the rows that a claim leases. `lane_of` is the state of a lane, and the number of its
/// rows that may be leased at a time, if it is limited.
pub(super) fn turns<'a, I: Clone + Ord>(
    rows: impl Iterator<Item = LaneRow<'a, I>>,
    served: &BTreeMap<String, Timestamp>,
    limits: &ClaimLimits,
    lane_of: impl Fn(&str) -> Option<(LaneState, Option<u32>)>,
) -> Turns<I> {
    let mut by_lane: BTreeMap<&str, Vec<LaneRow<'a, I>>> = BTreeMap::new();
    for row in rows {
        by_lane.entry(row.lane).or_default().push(row);
    }
    let (mut responsive, mut unresponsive) = (Vec::new(), Vec::new());
    for (key, rows) in by_lane {
        let Some((state, width)) = lane_of(key) else {
            continue;
        };
        let width = width.and_then(|width| usize::try_from(width).ok());
        let width = width.map_or(limits.per_lane, |width| width.min(limits.per_lane));
        let Some(lane) = lane(rows, served.get(key), width, limits.now) else {
            continue;
        };
        match state {
            LaneState::Responsive => responsive.push(lane),
            LaneState::Unresponsive => unresponsive.push(lane),
            LaneState::Closed => {}
        }
    }
    let (mut picked, more) = rounds(responsive, limits.responsive);
    let (slow, slow_more) = rounds(unresponsive, limits.unresponsive);
    picked.extend(slow);
    Turns {
        picked,
        has_more: more || slow_more,
    }
}

fn lane<I: Clone + Ord>(
    rows: Vec<LaneRow<'_, I>>,
    served: Option<&Timestamp>,
    width: usize,
    now: Timestamp,
) -> Option<Lane<I>> {
    let (running, mut due): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .filter(|row| row.is_leased || row.due_at <= now)
        .partition(|row| row.due_at > now);
    due.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
    due.truncate(width.saturating_sub(running.len()));
    let first = due.first()?.due_at;
    Some(Lane {
        turn: served.map_or(first, |served| first.max(*served)),
        due: due.into_iter().map(|row| row.id).collect(),
    })
}

/// One row of each lane in turn, then the next one of each; and whether the limit left any.
fn rounds<I: Clone>(mut lanes: Vec<Lane<I>>, limit: usize) -> (Vec<I>, bool) {
    lanes.sort_by_key(|lane| lane.turn);
    let longest = lanes.iter().map(|lane| lane.due.len()).max().unwrap_or(0);
    let all: Vec<I> = (0..longest)
        .flat_map(|round| lanes.iter().filter_map(move |lane| lane.due.get(round)))
        .cloned()
        .collect();
    let has_more = limit > 0 && all.len() > limit;
    (all.into_iter().take(limit).collect(), has_more)
}
