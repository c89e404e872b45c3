//! Reading a list page by page.

use std::time::Duration;

use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::ports::StoreError;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// The moments of seven rows, in seconds. Some rows have the same moment.
const MOMENTS: [u64; 7] = [0, 0, 1, 1, 1, 2, 3];

/// Reads all items of a list in pages of this size, and the sizes of the pages.
#[track_caller]
pub(super) fn read_all<T>(
    size: u16,
    list: &dyn Fn(&PageRequest) -> Result<Page<T>, StoreError>,
) -> (Vec<T>, Vec<usize>) {
    let mut request = PageRequest {
        after: None,
        limit: Some(size),
    };
    let (mut all, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let page = list(&request).expect("the store answers");
        sizes.push(page.items.len());
        all.extend(page.items);
        let Some(next) = page.next else {
            return (all, sizes);
        };
        // A client gets the cursor as text and sends it as text.
        let next = Cursor::parse(&next.to_text()).expect("a cursor is read back");
        request.after = Some(next);
        assert!(sizes.len() <= 1000, "the list does not end");
    }
}

/// Asserts that a list of seven items is sorted, whatever the size of the page. `place` returns
/// when an item was created, and its id.
#[track_caller]
pub(super) fn assert_paged<T>(
    list: &dyn Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    place: &dyn Fn(&T) -> (Timestamp, String),
    mut written: Vec<(Timestamp, String)>,
) {
    written.sort();
    written.reverse();
    for (size, sizes) in [
        (1, vec![1; 7]),
        (2, vec![2, 2, 2, 1]),
        (3, vec![3, 3, 1]),
        (6, vec![6, 1]),
        (7, vec![7]),
        (100, vec![7]),
    ] {
        let (all, read) = read_all(size, list);
        let all: Vec<_> = all.iter().map(place).collect();
        assert_eq!(all, written, "in pages of {size}");
        assert_eq!(
            read, sizes,
            "no page but the last is short, and none is empty"
        );
    }
}

/// Writes seven rows, one at each moment.
pub(super) fn at_moments<T>(
    store: &Nodes<'_>,
    shop: &Shop,
    row_at: impl Fn(usize) -> T,
    part: impl Fn(&mut Changes, &T),
) -> Vec<T> {
    let start = shop.now();
    let rows: Vec<T> = (0..)
        .zip(MOMENTS)
        .map(|(i, seconds)| {
            shop.env.clock.set(start.plus(Duration::from_secs(seconds)));
            row_at(i)
        })
        .collect();
    committed(
        store,
        changing(shop, |it| {
            for row in &rows {
                part(it, row);
            }
        }),
    );
    rows
}
