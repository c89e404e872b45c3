//! Pages of rows in memory.

use mintage_domain::base::page::{Cursor, Page, PageRequest};

/// Returns the requested page of rows in any order. `place` returns when a row was created, and an
/// id that no other row of the list has.
pub(super) fn page<T>(
    rows: impl IntoIterator<Item = T>,
    request: &PageRequest,
    place: impl Fn(&T) -> Cursor,
) -> Page<T> {
    let newest_first = |a: &Cursor, b: &Cursor| (b.at, &b.id).cmp(&(a.at, &a.id));
    let mut placed: Vec<(Cursor, T)> = rows
        .into_iter()
        .map(|row| (place(&row), row))
        .filter(|(at, _)| {
            request
                .after
                .as_ref()
                .is_none_or(|after| newest_first(after, at).is_lt())
        })
        .collect();
    placed.sort_by(|(a, _), (b, _)| newest_first(a, b));
    let limit = request.limit();
    let rows = placed.into_iter().map(|(_, row)| row).take(limit + 1);
    Page::of(rows.collect(), limit, place)
}
