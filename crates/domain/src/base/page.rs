//! Pages of a list, newest first.

use crate::base::time::Timestamp;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many items at most; see [`PageRequest::limit`].
    pub limit: Option<u16>,
}

impl PageRequest {
    /// The most items a page may have.
    pub const MAX: u16 = 100;
    /// How many it has when nothing is asked.
    pub const DEFAULT: u16 = 25;

    /// How many items: what was asked, within 1 to 100; 25 if nothing was.
    pub fn limit(&self) -> usize {
        usize::from(self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX))
    }
}

/// A place in a list: after the item made at `at` with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// When the last item was made.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

impl Cursor {
    /// The cursor as it is written: opaque to its reader.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.at.as_micros(), self.id)
    }

    /// Reads a cursor: up to 18 digits, a dot, and 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let digits = at.strip_prefix('-').unwrap_or(at);
        let good_at = digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let good_id =
            (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !(good_at && good_id) {
            return Err(InvalidCursor);
        }
        let at = at.parse().map_err(|_| InvalidCursor)?;
        Ok(Self {
            at: Timestamp::from_micros(at),
            id: id.to_owned(),
        })
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items, newest first.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The only page of nothing.
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }

    /// A page of rows read with one more than its limit, so that a next page is known.
    pub fn of(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_junk_is_not() {
        let cursor = Cursor {
            at: Timestamp::from_micros(-5),
            id: "lic_a.b".into(),
        };
        assert_eq!(Cursor::parse(&cursor.to_text()), Ok(cursor));
        for junk in [
            "",
            ".",
            "x.y",
            "1.",
            "1",
            "+1.a",
            "-.a",
            ".a",
            "1.a b",
            "1.\u{e9}",
            "9999999999999999999.a",
        ] {
            assert_eq!(Cursor::parse(junk), Err(InvalidCursor), "{junk}");
        }
    }
}
