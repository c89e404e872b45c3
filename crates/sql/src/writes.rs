//! What a batch comes to for one table.

use std::collections::BTreeMap;

use mintage_domain::commit::row::{Guarded, Row};
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::licenses::license::License;

use crate::rows::{LicenseMetadataRow, NonceRow};

/// The most rows of one statement: times 23 columns it stays below SQLite's 32 766 binds.
pub const ROWS_A_STATEMENT: usize = 1_000;
/// The most keys of one `IN` list.
pub const KEYS_A_STATEMENT: usize = 5_000;

/// The rows to insert into and to update in one table, each row once, in the order in which
/// every node locks them.
#[derive(Debug)]
pub struct Writes<R> {
    /// Rows that are not there.
    pub insert: Vec<R>,
    /// Rows that are.
    pub update: Vec<R>,
}

impl<R> Writes<R> {
    /// What the puts of a batch come to: of several for one row the last stands, and it is
    /// inserted if the first of them was to be.
    pub fn of<'a, T>(puts: &'a [Write<T>]) -> Self
    where
        T: Guarded,
        R: From<&'a T>,
    {
        let mut last: BTreeMap<Row, (bool, &'a T)> = BTreeMap::new();
        for put in puts {
            last.entry(put.value.row())
                .or_insert((put.is_new(), &put.value))
                .1 = &put.value;
        }
        let (insert, update): (Vec<_>, Vec<_>) =
            last.into_values().partition(|(is_new, _)| *is_new);
        let rows = |list: Vec<(bool, &'a T)>| list.into_iter().map(|(_, value)| value.into());
        Self {
            insert: rows(insert).collect(),
            update: rows(update).collect(),
        }
    }
}

/// The prices to write, the last for each key type and account.
pub fn last_prices<'a, R: From<&'a PriceLink>>(prices: &'a [PriceLink]) -> Vec<R> {
    let last: BTreeMap<_, &PriceLink> = prices
        .iter()
        .map(|link| {
            let key = (&link.tenant, &link.product, &link.key_type, &link.account);
            (key, link)
        })
        .collect();
    last.into_values().map(R::from).collect()
}

/// What new licenses are found by. Their metadata never changes, so changed ones add nothing.
pub fn searched(licenses: &[Write<License>]) -> Vec<LicenseMetadataRow> {
    let new = licenses.iter().filter(|put| put.is_new());
    let mut rows: Vec<_> = new.map(|put| &put.value).collect();
    rows.sort_by_key(|license| &license.id);
    rows.into_iter().flat_map(LicenseMetadataRow::of).collect()
}

/// The nonces of a batch in the order in which every node inserts them.
pub fn in_order(nonces: &[Nonce]) -> Vec<NonceRow> {
    let mut nonces: Vec<_> = nonces.iter().collect();
    nonces.sort();
    nonces.into_iter().map(NonceRow::from).collect()
}
