//! How rows are written: one insert of new ones and one upsert of changed ones a table.

/// Inserts rows that the guards said are not there.
#[doc(hidden)]
#[macro_export]
macro_rules! insert_new {
    ($batch:ident, $rows:expr, $table:ident) => {
        for rows in $rows.chunks($crate::writes::ROWS_A_STATEMENT) {
            let inserted = ::diesel::insert_into($table::table)
                .values(rows)
                .on_conflict_do_nothing()
                .execute($batch.0)?;
            if inserted != rows.len() {
                return Err($crate::Error::Raced);
            }
        }
    };
}

/// Writes rows over those that are there, every column of them.
#[doc(hidden)]
#[macro_export]
macro_rules! overwrite {
    ($batch:ident, $rows:expr, $table:ident, ($($key:ident),+), ($($column:ident),+)) => {{
        // A column that is left out here does not compile.
        const _: ($($table::$key,)+ $($table::$column,)+) = $table::all_columns;
        for rows in $rows.chunks($crate::writes::ROWS_A_STATEMENT) {
            ::diesel::insert_into($table::table)
                .values(rows)
                .on_conflict(($($table::$key),+))
                .do_update()
                .set(($(
                    $table::$column.eq(::diesel::upsert::excluded($table::$column)),
                )+))
                .execute($batch.0)?;
        }
    }};
}

/// Writes the puts of a batch for one table: its key columns, then all others.
#[doc(hidden)]
#[macro_export]
macro_rules! put {
    ($batch:ident, $puts:expr, $row:ident, $table:ident, $key:tt, $columns:tt) => {
        let writes = $crate::writes::Writes::<$crate::rows::$row>::of(&$puts);
        $crate::insert_new!($batch, writes.insert, $table);
        $crate::overwrite!($batch, writes.update, $table, $key, $columns);
    };
}
