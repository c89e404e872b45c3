//! How the schema declares its tables.

/// Declares tables to diesel, and lists their columns for the tests that compare them with those
/// of a live database.
macro_rules! tables {
    ($(
        $(#[$doc:meta])*
        $table:ident ($($key:ident),+) {
            $($column:ident -> $type:ident $(<$inner:ident>)?,)+
        }
    )+) => {
        $(diesel::table! {
            $(#[$doc])*
            $table ($($key),+) {
                $($column -> $type $(<$inner>)?,)+
            }
        })+

        /// Each column as `(table, column, type)`, the type written `Text` or `Nullable<Text>`.
        pub(super) const COLUMNS: &[(&str, &str, &str)] = &[$($((
            stringify!($table),
            stringify!($column),
            concat!(stringify!($type) $(, "<", stringify!($inner), ">")?),
        ),)+)+];
    };
}

pub(crate) use tables;
