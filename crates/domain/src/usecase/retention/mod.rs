//! Retention: how long each kind of rows is kept, and deleting what is older.

use std::fmt;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::access::idempotency;
use crate::model::retention::Prunable;
use crate::ports::{Housekeeping, MAX_PRUNED_ROWS, StoreError};
use crate::usecase::access::api_key::NONCE_TTL;
use crate::usecase::stripe::connect::OAUTH_ROUND_TTL;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// For how long Stripe sends an event again when it is asked to; by itself it does for three days.
const STRIPE_RESENDS: Duration = Duration::from_hours(30 * 24);

/// The longest life of a rate window: the longest window is an hour, and the one after it counts it.
const LONGEST_RATE: Duration = Duration::from_hours(2);

/// How long rows of a kind are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// So long after a row was made.
    After(Duration),
    /// For ever.
    Forever,
}

/// What binds the age of a kind.
struct Rule {
    default: Age,
    least: Duration,
    /// What a smaller age would break.
    promise: &'static str,
    /// How long a row lives before the time that the store compares.
    life: Duration,
}

impl Rule {
    /// A rule for rows that the store compares by when they were made.
    const fn made(default: Age, least: Duration, promise: &'static str) -> Self {
        Self {
            default,
            least,
            promise,
            life: Duration::ZERO,
        }
    }

    /// A rule for rows that the store compares by when they end. They are kept until then, and no
    /// longer by default.
    const fn ending(life: Duration, promise: &'static str) -> Self {
        Self {
            default: Age::After(life),
            least: life,
            promise,
            life,
        }
    }
}

fn rule(kind: Prunable) -> Rule {
    let days = |n: u32| Age::After(DAY.saturating_mul(n));
    match kind {
        // A day more: an event may have been parked when Stripe sent it for the last time.
        Prunable::Events => Rule::made(
            days(90),
            STRIPE_RESENDS.saturating_add(DAY),
            "Stripe may send an event again for 30 days",
        ),
        Prunable::Attempts => Rule::made(
            days(30),
            DAY.saturating_mul(7),
            "a delivery is attempted for days, and its attempts are shown",
        ),
        Prunable::Bodies => Rule::made(
            days(30),
            DAY.saturating_mul(7),
            "a seller may redeliver an event that failed",
        ),
        Prunable::Deliveries => Rule::made(
            days(180),
            DAY.saturating_mul(7),
            "a seller may redeliver an event that failed",
        ),
        Prunable::Mails => Rule::made(
            days(180),
            DAY.saturating_mul(7),
            "a seller looks up whether a buyer was mailed",
        ),
        Prunable::Activations => Rule::made(
            days(90),
            DAY,
            "a released device is told that it was released",
        ),
        Prunable::Orders => Rule::made(
            days(90),
            STRIPE_RESENDS.saturating_add(DAY),
            "Stripe may send an event about its session for 30 days",
        ),
        Prunable::Audit => Rule::made(
            Age::Forever,
            DAY.saturating_mul(90),
            "the trail proves who did what",
        ),
        Prunable::Idempotency => Rule::ending(
            idempotency::TTL,
            "a call with the same key gets the same answer for 24 hours",
        ),
        Prunable::Nonces => Rule::ending(
            NONCE_TTL,
            "a signed call must not be accepted twice within the window of its signature",
        ),
        Prunable::Rates => Rule::ending(LONGEST_RATE, "a limit counts the window before"),
        // Longer by default: the page after the round can be loaded again.
        Prunable::Oauth => Rule {
            default: days(1),
            ..Rule::ending(OAUTH_ROUND_TTL, "a seller may take that long to connect")
        },
        Prunable::Commits => Rule::made(
            Age::After(HOUR),
            Duration::from_mins(10),
            "a node that lost its connection asks whether its commit was done",
        ),
    }
}

/// How long each kind of rows is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention([Age; Prunable::ALL.len()]);

/// Why a text is not a list of ages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRetention {
    /// The text has another form, or names an unknown kind.
    #[error(
        "ages are written like events=90d,attempts=30d, each a whole number of d, h or m, or \
         `forever`, of one of {}",
        kinds()
    )]
    Shape,
    /// An age would break a promise.
    #[error("{kind} must be kept for {} or longer: {}", Retention::least(*.kind), rule(*.kind).promise)]
    TooShort {
        /// The kind.
        kind: Prunable,
    },
}

fn kinds() -> String {
    Prunable::ALL.map(Prunable::as_str).join(", ")
}

impl Default for Retention {
    fn default() -> Self {
        Self(Prunable::ALL.map(|kind| rule(kind).default))
    }
}

impl Retention {
    /// Reads the ages that differ from the defaults: `events=90d,audit=730d`.
    pub fn parse(text: &str) -> Result<Self, InvalidRetention> {
        let mut retention = Self::default();
        let parts = text.split(',').map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, age) = part.split_once('=').ok_or(InvalidRetention::Shape)?;
            let kind = Prunable::parse(name.trim()).map_err(|_| InvalidRetention::Shape)?;
            let age = Age::parse(age.trim()).ok_or(InvalidRetention::Shape)?;
            if age < Age::After(rule(kind).least) {
                return Err(InvalidRetention::TooShort { kind });
            }
            if let Some(slot) = retention.0.get_mut(kind as usize) {
                *slot = age;
            }
        }
        Ok(retention)
    }

    /// How long rows of a kind are kept.
    pub fn age(&self, kind: Prunable) -> Age {
        let configured = self.0.get(kind as usize).copied();
        configured.unwrap_or_else(|| rule(kind).default)
    }

    /// The least time for which rows of a kind are kept.
    pub fn least(kind: Prunable) -> Age {
        Age::After(rule(kind).least)
    }

    /// Rows of a kind may be deleted if the time by which the store compares them is this one or
    /// before; `None` if they are kept for ever.
    pub fn cut_off(&self, kind: Prunable, now: Timestamp) -> Option<Timestamp> {
        match self.age(kind) {
            Age::Forever => None,
            Age::After(age) => Some(now.minus(age.saturating_sub(rule(kind).life))),
        }
    }
}

impl Age {
    fn parse(text: &str) -> Option<Self> {
        if text == "forever" {
            return Some(Self::Forever);
        }
        let unit = match text.chars().next_back()? {
            'd' => DAY,
            'h' => HOUR,
            'm' => Duration::from_mins(1),
            _ => return None,
        };
        let digits = text.get(..text.len().checked_sub(1)?)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = is_number.then(|| digits.parse().ok())??;
        // A century: longer times are written as `forever`.
        (number <= 36_500).then(|| Self::After(unit.saturating_mul(number)))
    }
}

impl fmt::Display for Age {
    /// Writes the age as it is read, in the largest unit that fits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::After(age) = self else {
            return f.write_str("forever");
        };
        let minutes = age.as_secs().div_ceil(60);
        match (minutes % (24 * 60), minutes % 60) {
            (0, _) => write!(f, "{}d", minutes / (24 * 60)),
            (_, 0) => write!(f, "{}h", minutes / 60),
            _ => write!(f, "{minutes}m"),
        }
    }
}

/// How many rows of each kind may be deleted now. Nothing is deleted.
pub fn due(
    store: &(impl Housekeeping + ?Sized),
    retention: &Retention,
    now: Timestamp,
) -> Result<Vec<(Prunable, u64)>, StoreError> {
    let mut all = Vec::new();
    for kind in Prunable::ALL {
        let rows = match retention.cut_off(kind, now) {
            Some(until) => store.count_prunable(kind, until)?,
            None => 0,
        };
        all.push((kind, rows));
    }
    Ok(all)
}

/// Deletes what may be deleted now, at most `steps` steps of [`MAX_PRUNED_ROWS`] rows. The kinds take
/// turns, so that one of which there is much delays no other. Returns the rows of each kind.
pub fn prune(
    store: &(impl Housekeeping + ?Sized),
    retention: &Retention,
    now: Timestamp,
    steps: usize,
) -> Result<Vec<(Prunable, u64)>, StoreError> {
    let mut pruned = Prunable::ALL.map(|kind| (kind, 0_u64));
    let mut open = Prunable::ALL.map(|kind| retention.cut_off(kind, now));
    let mut left = steps;
    while open.iter().any(Option::is_some) {
        for ((kind, rows), open) in pruned.iter_mut().zip(&mut open) {
            let Some(until) = *open else { continue };
            let Some(after) = left.checked_sub(1) else {
                return Ok(pruned.to_vec());
            };
            left = after;
            let step = store.prune(*kind, until)?;
            *rows = rows.saturating_add(u64::try_from(step).unwrap_or(u64::MAX));
            if step < MAX_PRUNED_ROWS {
                *open = None;
            }
        }
    }
    Ok(pruned.to_vec())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests;
