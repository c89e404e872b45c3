//! Instants: microseconds since the Unix epoch, UTC.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use ::time::format_description::well_known::Rfc3339;
use ::time::{OffsetDateTime, UtcDateTime};
use thiserror::Error;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MILLI: i64 = 1_000;
/// 0000-01-01T00:00:00Z, the first instant that RFC 3339 can write.
const MIN_MICROS: i64 = -62_167_219_200 * MICROS_PER_SECOND;
/// 9999-12-31T23:59:59.999999Z, the last instant that RFC 3339 can write.
const MAX_MICROS: i64 = 253_402_300_800 * MICROS_PER_SECOND - 1;

/// An instant in whole microseconds since the Unix epoch, UTC.
///
/// Every value lies in the years 0000 to 9999, so that every value can be written as RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 date-time or date in the years 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time is written like 2027-01-01T00:00:00Z or 2027-01-01, in the years 0000 to 9999")]
pub struct InvalidTimestamp;

/// The text is not an HTTP date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an HTTP date is written like Fri, 01 Jan 2027 00:00:00 GMT")]
pub struct InvalidHttpDate;

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// The last instant that can be written: the end of the year 9999.
    pub const MAX: Self = Self(MAX_MICROS);

    /// An instant from microseconds since the epoch, clamped to the years 0000 to 9999.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < MIN_MICROS {
            Self(MIN_MICROS)
        } else if micros > MAX_MICROS {
            Self(MAX_MICROS)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// An instant from whole seconds since the epoch; `None` outside the years 0000 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        seconds
            .checked_mul(MICROS_PER_SECOND)
            .and_then(Self::in_range)
    }

    /// Whole seconds since the epoch, rounded towards the past.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The instant `duration` later, at most the end of the year 9999. Fractions of a microsecond
    /// are dropped.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// The instant `duration` earlier, at least the beginning of the year 0000. Fractions of a
    /// microsecond are dropped.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// The time that has passed since `earlier`; zero if `earlier` is later than this instant.
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// Formats as RFC 3339 in UTC: `2027-01-01T00:00:00Z`, with milliseconds (`.123Z`) only if they
    /// are not zero. Fractions of a millisecond are dropped.
    pub fn to_rfc3339(self) -> String {
        let at = self.utc();
        let millis = match at.millisecond() {
            0 => String::new(),
            millis => format!(".{millis:03}"),
        };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{millis}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    /// Reads an RFC 3339 date-time with any offset, or a date, which stands for midnight UTC.
    ///
    /// Fractions of a millisecond are dropped, so that the stored value equals the printed one.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidTimestamp> {
        const DATE_LENGTH: usize = "2027-01-01".len();
        let parsed = if text.len() == DATE_LENGTH {
            OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339)
        } else {
            OffsetDateTime::parse(text, &Rfc3339)
        };
        let nanos = parsed.map_err(|_| InvalidTimestamp)?.unix_timestamp_nanos();
        let micros = i64::try_from(nanos.div_euclid(1_000)).map_err(|_| InvalidTimestamp)?;
        let whole_millis = micros.saturating_sub(micros.rem_euclid(MICROS_PER_MILLI));
        Self::in_range(whole_millis).ok_or(InvalidTimestamp)
    }

    /// Reads an HTTP date (RFC 9110, section 5.6.7): `Fri, 01 Jan 2027 00:00:00 GMT`, or one of its
    /// two obsolete forms.
    pub fn parse_http_date(text: &str) -> Result<Self, InvalidHttpDate> {
        let at = httpdate::parse_http_date(text).map_err(|_| InvalidHttpDate)?;
        let since_epoch = at.duration_since(UNIX_EPOCH).map_err(|_| InvalidHttpDate)?;
        Ok(Self::EPOCH.plus(since_epoch))
    }

    fn in_range(micros: i64) -> Option<Self> {
        (MIN_MICROS..=MAX_MICROS)
            .contains(&micros)
            .then_some(Self(micros))
    }

    #[expect(
        clippy::expect_used,
        reason = "the constructors keep the value in years the calendar type can hold"
    )]
    fn utc(self) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp_nanos(i128::from(self.0).saturating_mul(1_000))
            .expect("a timestamp lies in the years 0000 to 9999")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Prints microseconds, unlike `Display`, so that a failed assertion shows every difference.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self}, {} us)", self.0)
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_and_reads_rfc3339() {
        for (text, micros, printed) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            (
                "2027-01-01T00:00:00Z",
                1_798_761_600_000_000,
                "2027-01-01T00:00:00Z",
            ),
            ("2027-01-01", 1_798_761_600_000_000, "2027-01-01T00:00:00Z"),
            (
                "2027-01-01T02:00:00+02:00",
                1_798_761_600_000_000,
                "2027-01-01T00:00:00Z",
            ),
            (
                "2026-12-31T19:30:00-04:30",
                1_798_761_600_000_000,
                "2027-01-01T00:00:00Z",
            ),
            (
                "2027-01-01T00:00:00.5Z",
                1_798_761_600_500_000,
                "2027-01-01T00:00:00.500Z",
            ),
            (
                "2027-01-01T00:00:00.123456Z",
                1_798_761_600_123_000,
                "2027-01-01T00:00:00.123Z",
            ),
            (
                "1969-12-31T23:59:59.9999Z",
                -1_000,
                "1969-12-31T23:59:59.999Z",
            ),
            ("2028-02-29", 1_835_395_200_000_000, "2028-02-29T00:00:00Z"),
            ("0000-01-01T00:00:00Z", MIN_MICROS, "0000-01-01T00:00:00Z"),
            (
                "9999-12-31T23:59:59.999Z",
                MAX_MICROS - 999,
                "9999-12-31T23:59:59.999Z",
            ),
        ] {
            let read = Timestamp::parse_rfc3339(text).unwrap();
            assert_eq!(read.as_micros(), micros, "{text}");
            assert_eq!(read.to_rfc3339(), printed, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "now",
            "2027",
            "2027-1-1",
            "2027-02-29",
            "2027-13-01",
            "2027-01-01T",
            "+2027-01-1",
            "2027-01-01T00:00:00",
            "2027-01-01T24:00:00Z",
            "2027-01-01T00:00:00Z ",
            "12027-01-01",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00+01:00",
            "2027-01-0\u{e9}",
        ] {
            assert_eq!(
                Timestamp::parse_rfc3339(text),
                Err(InvalidTimestamp),
                "{text}"
            );
        }
    }

    #[test]
    fn reads_every_form_of_an_http_date() {
        let expected = Timestamp::parse_rfc3339("2027-01-01T10:30:00Z");
        for text in [
            "Fri, 01 Jan 2027 10:30:00 GMT",
            "Friday, 01-Jan-27 10:30:00 GMT",
            "Fri Jan  1 10:30:00 2027",
        ] {
            let read = Timestamp::parse_http_date(text);
            assert_eq!(read.ok(), expected.as_ref().ok().copied(), "{text}");
        }
        for text in [
            "",
            "120",
            "2027-01-01",
            "Fri, 32 Jan 2027 10:30:00 GMT",
            "Fri, 01 Jan 2027 10:30:00 CET",
            "Thu, 31 Dec 1969 23:59:59 GMT",
        ] {
            let read = Timestamp::parse_http_date(text);
            assert_eq!(read, Err(InvalidHttpDate), "{text}");
        }
    }

    #[test]
    fn a_duration_earlier_stops_at_the_first_instant() {
        let at = Timestamp::from_micros(5_000_000);
        let earlier = at.minus(Duration::from_secs(7));
        assert_eq!(earlier, Timestamp::from_micros(-2_000_000));
        assert_eq!(at.minus(Duration::MAX), Timestamp::from_micros(MIN_MICROS));
    }

    #[test]
    fn seconds_round_towards_the_past() {
        for (micros, seconds) in [
            (0, 0),
            (999_999, 0),
            (1_000_000, 1),
            (-1, -1),
            (-1_000_000, -1),
        ] {
            assert_eq!(
                Timestamp::from_micros(micros).unix_seconds(),
                seconds,
                "{micros}"
            );
        }
    }

    #[test]
    fn stays_inside_the_years_that_can_be_written() {
        assert_eq!(
            Timestamp::from_micros(i64::MAX).to_rfc3339(),
            "9999-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_micros(i64::MIN).to_rfc3339(),
            "0000-01-01T00:00:00Z"
        );
        assert_eq!(
            Timestamp::EPOCH.plus(Duration::MAX),
            Timestamp::from_micros(i64::MAX)
        );
        assert_eq!(Timestamp::from_unix_seconds(253_402_300_800), None);
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX), None);
        assert_eq!(
            Timestamp::from_unix_seconds(253_402_300_799)
                .unwrap()
                .to_rfc3339(),
            "9999-12-31T23:59:59Z"
        );
    }

    #[test]
    fn since_is_zero_for_what_is_still_to_come() {
        let early = Timestamp::from_micros(1_000_000);
        let late = early.plus(Duration::from_millis(1_500));
        assert_eq!(late.since(early), Duration::from_millis(1_500));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back_to_the_millisecond(micros in MIN_MICROS..=MAX_MICROS) {
            let at = Timestamp::from_micros(micros);
            let read = Timestamp::parse_rfc3339(&at.to_rfc3339()).unwrap();
            prop_assert!(at.since(read) < Duration::from_millis(1));
            prop_assert!(read <= at);
            prop_assert_eq!(read.to_rfc3339(), at.to_rfc3339());
        }

        #[test]
        fn later_instants_print_later_to_the_second(a: i64, b: i64) {
            let (a, b) = (Timestamp::from_micros(a.min(b)), Timestamp::from_micros(a.max(b)));
            prop_assert!(a.to_rfc3339()[..19] <= b.to_rfc3339()[..19]);
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,40}") {
            let _ = Timestamp::parse_rfc3339(&text);
        }
    }
}
