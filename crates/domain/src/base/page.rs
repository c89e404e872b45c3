//! Pages of a list, newest item first.

use crate::base::time::Timestamp;

/// A request for one page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// The cursor that the previous page returned; `None` asks for the first page.
    pub after: Option<Cursor>,
    /// The requested page size; [`PageRequest::limit`] is the effective one.
    pub limit: Option<u16>,
}

impl PageRequest {
    /// The largest page size.
    pub const MAX: u16 = 100;
    /// The page size of a request that names none.
    pub const DEFAULT: u16 = 25;

    /// The effective page size: the requested one, clamped to 1..=100, or 25 if none was requested.
    pub fn limit(&self) -> usize {
        usize::from(self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX))
    }
}

/// A position in a list: directly after the item with this creation time and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Creation time of the item before this position.
    pub at: Timestamp,
    /// Id of the item before this position.
    pub id: String,
}

/// The text is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

impl Cursor {
    /// The cursor as text. Clients must treat the text as opaque.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.at.as_micros(), self.id)
    }

    /// Reads a cursor: up to 18 digits, a dot, and 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let digits = at.strip_prefix('-').unwrap_or(at);
        let valid_at = digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let valid_id =
            (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !(valid_at && valid_id) {
            return Err(InvalidCursor);
        }
        let at = at.parse().map_err(|_| InvalidCursor)?;
        Ok(Self {
            at: Timestamp::from_micros(at),
            id: id.to_owned(),
        })
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<Cursor>,
    /// The position after each item.
    cursors: Vec<Cursor>,
}

impl<T> Page<T> {
    /// The only page of an empty list.
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
            cursors: Vec::new(),
        }
    }

    /// Builds a page from rows that were read with a limit of `limit + 1`: the extra row, which is
    /// dropped, proves that there is a next page.
    pub fn of(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let cursors: Vec<Cursor> = rows.iter().map(cursor).collect();
        let next = cursors.last().filter(|_| has_more).cloned();
        Self {
            items: rows,
            next,
            cursors,
        }
    }

    /// The same page of other items.
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(item).collect(),
            next: self.next,
            cursors: self.cursors,
        }
    }

    /// The cursor of the next page if this page ends after its first `n` items.
    pub fn next_after(&self, n: usize) -> Option<&Cursor> {
        if n >= self.items.len() {
            return self.next.as_ref();
        }
        self.cursors.get(n.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_cut_goes_on_after_the_last_item_that_it_keeps() {
        let cursor = |number: &i64| Cursor {
            at: Timestamp::from_micros(*number),
            id: number.to_string(),
        };
        for (limit, last) in [(2, Some(cursor(&2))), (3, None)] {
            let page = Page::of(vec![1, 2, 3], limit, cursor);
            assert_eq!(page.next_after(1), Some(&cursor(&1)));
            assert_eq!(page.next_after(limit), last.as_ref());
            assert_eq!(page.next_after(0), None);
        }
    }

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
