//! Pages, newest first.

use mintage_domain::base::page::PageRequest;
use mintage_domain::ports::StoreError;

use crate::error::Error;

/// How many rows to read for a page: one more than it has, so that a next page is known.
pub(crate) fn fetch(page: &PageRequest) -> i64 {
    i64::try_from(page.limit()).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// A row that may be missing, read into the domain.
pub(crate) fn one<R, T: TryFrom<R, Error = StoreError>>(
    row: Option<R>,
) -> Result<Option<T>, Error> {
    Ok(row.map(T::try_from).transpose()?)
}

/// Rows read into the domain.
pub(crate) fn all<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Vec<T>, Error> {
    Ok(rows
        .into_iter()
        .map(T::try_from)
        .collect::<Result<_, _>>()?)
}

/// That a row lies behind a cursor: created earlier, or at the same time under a lesser id. The
/// first half is there for the index.
macro_rules! behind {
    ($created:expr, $id:expr, $cursor:expr) => {{
        let at = $cursor.at.as_micros();
        $created
            .le(at)
            .and($created.lt(at).or($id.lt($cursor.id.clone())))
    }};
    // For ids of two columns, which a cursor writes as `first/second`.
    ($created:expr, $first:expr, $second:expr, $cursor:expr) => {{
        let at = $cursor.at.as_micros();
        let (first, second) = $cursor.id.split_once('/').unwrap_or((&$cursor.id, ""));
        let (first, second) = (first.to_owned(), second.to_owned());
        $created.le(at).and(
            $created.lt(at).or($first
                .lt(first.clone())
                .or($first.eq(first).and($second.lt(second)))),
        )
    }};
}

pub(crate) use behind;
