//! Which rows a yardstick writes: those that one call of the product has been seen to write.

use std::collections::BTreeMap;

use crate::cases::case::Work;
use crate::data::bulk::RowCounts;
use crate::error::{BenchError, BenchResult};
use crate::yardstick::tables::{Change, SHARED, TableRow, rows_of};

/// The rows that the product writes for one call, as the difference of the counts before and after the
/// call says. Fails if the call writes rows that this program does not know, so that a yardstick never
/// writes less than the product.
pub(crate) fn written_rows(
    work: Work,
    before: &RowCounts,
    after: &RowCounts,
) -> BenchResult<Vec<TableRow>> {
    let added: BTreeMap<&str, u64> = after
        .iter()
        .map(|(table, count)| {
            let earlier = before.get(table).copied().unwrap_or_default();
            (table.as_str(), count.saturating_sub(earlier))
        })
        .filter(|(table, added)| *added > 0 && !SHARED.contains(table))
        .collect();
    let known = rows_of(work);
    for (table, count) in &added {
        let rows = known.iter().filter(|row| row.table == *table).count() as u64;
        if *count != rows {
            return Err(BenchError::new(format!(
                "a call writes {count} rows to {table}, which the yardstick does not: \
                 change crates/bench/src/yardstick/tables.rs"
            )));
        }
    }
    let is_written = |row: &&TableRow| match row.change {
        Change::Insert | Change::InsertMissing => added.contains_key(row.table),
        // A row that exists is changed without a difference in the counts.
        Change::Update(_) | Change::Count => after.contains_key(row.table),
    };
    Ok(known.iter().filter(is_written).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, u64)]) -> RowCounts {
        rows.iter()
            .map(|(table, count)| ((*table).to_owned(), *count))
            .collect()
    }

    fn planned(after: &[(&str, u64)]) -> Result<Vec<&'static str>, String> {
        let before = counts(&[("customers", 5), ("licenses", 7), ("counters", 1)]);
        written_rows(Work::IssueRows, &before, &counts(after))
            .map(|rows| rows.iter().map(|row| row.table).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_yardstick_writes_what_the_product_was_seen_to_write() {
        assert_eq!(
            planned(&[
                ("customers", 6),
                ("licenses", 8),
                ("counters", 1),
                ("rate_windows", 9),
                ("tenants", 0),
            ]),
            Ok(vec!["customers", "licenses", "counters"])
        );
    }

    #[test]
    fn rows_that_are_not_known_stop_the_measurement() {
        let unknown = planned(&[("ledger", 1)]).expect_err("an unknown table");
        assert!(unknown.contains("1 rows to ledger"), "{unknown}");
        let more = planned(&[("licenses", 9)]).expect_err("a second row");
        assert!(more.contains("2 rows to licenses"), "{more}");
    }
}
