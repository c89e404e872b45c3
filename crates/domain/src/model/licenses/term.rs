//! The term of a license, in KeyStack's format.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::text_newtype::string_conversions;
use crate::base::time::Timestamp;

const SECONDS_PER_DAY: u64 = 86_400;

/// The term of a license, written `lifetime`, `30d`, or as a date or date-time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    /// The license never expires.
    Lifetime,
    /// The license expires this number of days of 24 hours after it is minted.
    Days(Days),
    /// The license expires at this instant.
    Until(Timestamp),
}

/// A number of days from 1 to 36 500, written `365d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days(u32);

/// The text is not a number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a number of days is written `1d` to `36500d`")]
pub struct InvalidDays;

/// The text is not a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a duration is `lifetime`, days from `1d` to `36500d`, or an ISO 8601 date or date-time such \
     as `2027-01-01T00:00:00Z`"
)]
pub struct InvalidTerm;

/// The license would expire before it is minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the duration ends at {until}, which is past")]
pub struct TermIsPast {
    /// The requested end.
    pub until: Timestamp,
}

impl Days {
    const MAX: u32 = 36_500;

    /// A number of days; `None` for 0 and for more than 36 500 (a hundred years).
    pub const fn new(days: u32) -> Option<Self> {
        match days {
            1..=Self::MAX => Some(Self(days)),
            _ => None,
        }
    }

    /// Reads `365d`. A number has no sign and no leading zero.
    pub fn parse(text: &str) -> Result<Self, InvalidDays> {
        text.strip_suffix('d')
            .and_then(Self::parse_number)
            .ok_or(InvalidDays)
    }

    fn parse_number(number: &str) -> Option<Self> {
        let plain = !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
        let days = number.parse().ok().filter(|_| plain)?;
        Self::new(days)
    }

    /// The instant that is this number of days of 24 hours after another.
    pub fn after(self, start: Timestamp) -> Timestamp {
        let seconds = u64::from(self.0).saturating_mul(SECONDS_PER_DAY);
        start.plus(Duration::from_secs(seconds))
    }

    /// The sum, at most the largest number of days.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0).min(Self::MAX))
    }

    /// The number of days.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Term {
    /// Reads a term. Every term has one spelling, except for the offset of a date-time: `lifetime`
    /// and `d` are in lower case, and a number has no sign and no leading zero.
    pub fn parse(text: &str) -> Result<Self, InvalidTerm> {
        if text == "lifetime" {
            return Ok(Self::Lifetime);
        }
        if let Some(number) = text.strip_suffix('d') {
            return Days::parse_number(number)
                .map(Self::Days)
                .ok_or(InvalidTerm);
        }
        Timestamp::parse_rfc3339(text)
            .map(Self::Until)
            .map_err(|_| InvalidTerm)
    }

    /// Whether the end depends on when the license is minted. Only such a term can be the default of
    /// a key type.
    pub const fn is_relative(self) -> bool {
        matches!(self, Self::Lifetime | Self::Days(_))
    }

    /// When a license that is minted at `minted_at` expires; `None` if it never does.
    pub fn expires_at(self, minted_at: Timestamp) -> Result<Option<Timestamp>, TermIsPast> {
        match self {
            Self::Lifetime => Ok(None),
            Self::Days(days) => Ok(Some(days.after(minted_at))),
            Self::Until(until) if until <= minted_at => Err(TermIsPast { until }),
            Self::Until(until) => Ok(Some(until)),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lifetime => f.write_str("lifetime"),
            Self::Days(days) => days.fmt(f),
            Self::Until(until) => until.fmt(f),
        }
    }
}

string_conversions! { Term, InvalidTerm; Days, InvalidDays; }

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_license_expires_when_its_term_says() {
        let minted = at("2026-11-22T10:30:00Z");
        for (term, relative, expires) in [
            ("lifetime", true, None),
            ("1d", true, Some("2026-11-23T10:30:00Z")),
            ("30d", true, Some("2026-12-22T10:30:00Z")),
            ("365d", true, Some("2027-11-22T10:30:00Z")),
            ("36500d", true, Some("2126-10-29T10:30:00Z")),
            ("2027-01-01T00:00:00Z", false, Some("2027-01-01T00:00:00Z")),
            ("2027-01-01", false, Some("2027-01-01T00:00:00Z")),
            (
                "2027-01-01T00:00:00+02:00",
                false,
                Some("2026-12-31T22:00:00Z"),
            ),
        ] {
            let parsed = Term::parse(term).unwrap();
            assert_eq!(parsed.is_relative(), relative, "{term}");
            assert_eq!(parsed.expires_at(minted), Ok(expires.map(at)), "{term}");
        }
    }

    #[test]
    fn a_term_that_is_over_is_refused_at_the_mint() {
        let minted = at("2026-11-22T10:30:00Z");
        for text in ["2026-11-22T10:30:00Z", "2026-11-22", "1999-01-01"] {
            let until = at(text);
            let refusal = Term::parse(text).unwrap().expires_at(minted);
            assert_eq!(refusal, Err(TermIsPast { until }), "{text}");
        }
    }

    #[test]
    fn a_term_at_the_end_of_time_stops_there() {
        let minted = at("9999-12-01");
        let expires = Term::parse("36500d").unwrap().expires_at(minted);
        assert_eq!(expires, Ok(Some(Timestamp::from_micros(i64::MAX))));
    }

    #[test]
    fn refuses_what_is_no_term() {
        for text in [
            "",
            "d",
            "0d",
            "00d",
            "030d",
            "36501d",
            "99999999999d",
            "-1d",
            "+1d",
            "1.5d",
            "30D",
            "30",
            "30 d",
            " 30d",
            "1y",
            "P30D",
            "Lifetime",
            "forever",
            "2027-02-30",
            "٣d",
        ] {
            assert_eq!(Term::parse(text), Err(InvalidTerm), "{text}");
            assert_eq!(Days::parse(text), Err(InvalidDays), "{text}");
        }
        assert_eq!(Days::parse("lifetime"), Err(InvalidDays));
    }

    #[test]
    fn days_are_added_up_to_the_largest_number() {
        for (days, more, sum) in [("1d", "2d", "3d"), ("36500d", "1d", "36500d")] {
            let sum_of = Days::parse(days).unwrap().plus(Days::parse(more).unwrap());
            assert_eq!(sum_of.to_string(), sum);
        }
    }

    #[test]
    fn travels_as_text() {
        let term: Term = serde_json::from_str("\"30d\"").unwrap();
        assert_eq!(serde_json::to_string(&term).unwrap(), "\"30d\"");
        assert!(serde_json::from_str::<Term>("30").is_err());
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(days in 1..=Days::MAX, millis in 0..4_102_444_800_000_i64) {
            let until = Timestamp::from_micros(millis.saturating_mul(1_000));
            for term in [Term::Lifetime, Term::Days(Days::new(days).unwrap()), Term::Until(until)] {
                prop_assert_eq!(Term::parse(&term.to_string()), Ok(term));
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,40}") {
            let _ = Term::parse(&text);
        }
    }
}
