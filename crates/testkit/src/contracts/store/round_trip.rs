//! Writing rows and reading them back: each optional field both set and unset, each variant of each
//! enum, names in any script, the largest numbers.

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::{Versioned, Write};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::written::assert_written;
use crate::fixtures::Shop;

/// The longest name: 120 characters of four bytes each.
pub(super) fn longest_name() -> String {
    "🗝".repeat(120)
}

pub(super) const NAMES: [&str; 4] = ["x", "Zoë's “Pixel” \\ %_'; --", "数独プロ", "بكسل"];

/// The earliest and the latest instant, the epoch, and an instant with microseconds.
pub(super) const INSTANTS: [Timestamp; 4] = [
    Timestamp::from_micros(i64::MIN),
    Timestamp::EPOCH,
    Timestamp::from_micros(1_798_761_600_000_001),
    Timestamp::from_micros(i64::MAX),
];

#[track_caller]
pub(super) fn comes_back(store: &Nodes<'_>, shop: &Shop, fill: impl FnOnce(&mut Changes)) {
    let changes = changing(shop, fill);
    committed(store, changes.clone());
    assert_written(store, &changes);
}

/// Asserts that each row reads back as it was written.
#[track_caller]
pub(super) fn each_comes_back<T: Versioned + Clone>(
    store: &Nodes<'_>,
    shop: &Shop,
    part: fn(&mut Changes) -> &mut Vec<Write<T>>,
    rows: impl IntoIterator<Item = T>,
) {
    for row in rows {
        comes_back(store, shop, |it| part(it).push(Write::changed(row)));
    }
}

/// Asserts that each variant of one row overwrites the one before and reads back as it was written.
#[track_caller]
pub(super) fn each_overwrites<T: Versioned + Clone>(
    store: &Nodes<'_>,
    shop: &Shop,
    part: fn(&mut Changes) -> &mut Vec<Write<T>>,
    variants: impl IntoIterator<Item = T>,
) {
    for (version, mut row) in (0..).zip(variants) {
        *row.version_mut() = version;
        each_comes_back(store, shop, part, [row]);
    }
}
