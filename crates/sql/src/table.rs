//! Tables as data: what the bulk statements of both databases are made from.

use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// A text, or null.
    Text(Option<String>),
    /// Bytes, or null.
    Bytes(Option<Vec<u8>>),
    /// A number, or null.
    Number(Option<i64>),
    /// Yes or no.
    Flag(bool),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value)
            }
        }
    )+};
}

value_from!(String => Text, Vec<u8> => Bytes, i64 => Number);

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl Value {
    /// A text, as most keys are.
    pub(crate) fn text(value: &(impl ToString + ?Sized)) -> Self {
        Self::Text(Some(value.to_string()))
    }

    /// Bytes.
    pub(crate) fn bytes(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }

    /// The type of the columns that may hold this value.
    #[cfg(feature = "postgres")]
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Bytes(_) => Kind::Bytes,
            Self::Number(_) => Kind::Number,
            Self::Flag(_) => Kind::Flag,
        }
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A 64-bit number.
    Number,
    /// A boolean.
    Flag,
}

/// The types of the schema, as a [`Kind`].
pub(crate) trait OfKind {
    /// The kind.
    const KIND: Kind;
}

macro_rules! of_kind {
    ($($type:ty => $kind:ident),+ $(,)?) => {$(
        impl OfKind for $type {
            const KIND: Kind = Kind::$kind;
        }
    )+};
}

of_kind! {
    Text => Text,
    Nullable<Text> => Text,
    Binary => Bytes,
    Nullable<Binary> => Bytes,
    BigInt => Number,
    Nullable<BigInt> => Number,
    Bool => Flag,
}

/// What an update does with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Finds the row by it.
    Key,
    /// Leaves it as it is: the domain never changes it.
    Fixed,
    /// Writes it.
    Changing,
}

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: &'static str,
    /// What an update does with it.
    pub(crate) role: Role,
    /// Its type.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "only arrays are typed")
    )]
    pub(crate) kind: Kind,
}

/// A table, or those columns of it that a statement is about.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns, in the order of the values of a row.
    pub(crate) columns: &'static [Column],
}

impl Table {
    /// The columns that find a row.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Column> {
        let columns = self.columns;
        columns.iter().filter(|column| column.role == Role::Key)
    }

    /// The columns that an update writes.
    pub(crate) fn changing(&self) -> impl Iterator<Item = &'static Column> {
        let columns = self.columns;
        columns
            .iter()
            .filter(|column| column.role == Role::Changing)
    }

    /// The names of all columns, each behind a prefix, separated by commas.
    pub(crate) fn list(&self, prefix: &str) -> String {
        let names = self.columns.iter();
        let names: Vec<String> = names
            .map(|column| format!("{prefix}{}", column.name))
            .collect();
        names.join(", ")
    }
}

/// A row that is written by a bulk statement.
pub(crate) trait Stored {
    /// Its table.
    const TABLE: &'static Table;

    /// Its values, in the order of the table's columns.
    fn values(self) -> Vec<Value>;
}

/// Says how a row is written: `stored!(Row: table { key id, fixed tenant, set status })`, with all
/// columns in the order of the schema.
macro_rules! stored {
    (@role key) => { $crate::table::Role::Key };
    (@role fixed) => { $crate::table::Role::Fixed };
    (@role set) => { $crate::table::Role::Changing };
    ($row:ty: $table:ident { $($role:ident $column:ident),+ $(,)? }) => {
        impl $crate::table::Stored for $row {
            const TABLE: &'static $crate::table::Table = &$crate::table::Table {
                name: stringify!($table),
                columns: &[$($crate::table::Column {
                    name: stringify!($column),
                    role: $crate::table::stored!(@role $role),
                    kind: <diesel::dsl::SqlTypeOf<$table::$column>
                        as $crate::table::OfKind>::KIND,
                }),+],
            };

            fn values(self) -> Vec<$crate::table::Value> {
                vec![$($crate::table::Value::from(self.$column)),+]
            }
        }

        // A column that is left out here does not compile.
        const _: ($($table::$column,)+) = $table::all_columns;
    };
}

pub(crate) use stored;
