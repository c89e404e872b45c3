//! The macro that generates [`Changes`](crate::commit::changes::Changes) from one table.

/// Makes `Changes` and the guards of its parts from one table. A line of the table is
/// `part: kind Type = value => Row`, where the kind says how the part is guarded:
///
/// - `plain`: a list of values without a guard;
/// - `once`: a list of values, each of which must be new;
/// - `versioned`: a list of [`Write`](crate::commit::write::Write)s of rows that count their changes
///   in a field `version`.
///
/// Guards are listed in the order of the table.
macro_rules! aggregates {
    (@list plain $type:ty) => { Vec<$type> };
    (@list once $type:ty) => { Vec<$type> };
    (@list versioned $type:ty) => { Vec<Write<$type>> };

    (@guards plain $guards:ident, $list:expr) => {};
    (@guards once $guards:ident, $list:expr) => {
        $guards.extend($list.iter().map(|value| (value.row(), Expected::New)));
    };
    (@guards versioned $guards:ident, $list:expr) => {
        $guards.extend($list.iter().map(|write| (write.value.row(), write.expected)));
    };

    (@version versioned $type:ty) => {
        impl Versioned for $type {
            fn version_mut(&mut self) -> &mut u64 {
                &mut self.version
            }
        }
    };
    (@version $kind:ident $type:ty) => {};

    (
        $(#[$of_all:meta])*
        pub struct Changes;
        $(
            $(#[$of_part:meta])*
            $part:ident: $kind:ident $type:ty $(= $value:ident => $row:expr)?;
        )+
    ) => {
        $(#[$of_all])*
        pub struct Changes {
            /// Stored with the changes, so that an uncertain commit can be asked about.
            pub id: CommitId,
            /// When the decision was made.
            pub at: Timestamp,
            $(
                $(#[$of_part])*
                pub $part: aggregates!(@list $kind $type),
            )+
        }

        impl Changes {
            /// Changes without any fact yet.
            pub fn new(id: CommitId, at: Timestamp) -> Self {
                Self {
                    id,
                    at,
                    $($part: Vec::new(),)+
                }
            }

            /// The number of facts.
            pub fn len(&self) -> usize {
                [$(self.$part.len()),+]
                    .iter()
                    .fold(0, |sum, n| sum.saturating_add(*n))
            }

            /// Appends each list of `other` to the same list of these changes.
            fn append(&mut self, other: Self) {
                $(self.$part.extend(other.$part);)+
            }

            /// The guards of each part, in the order of the table.
            fn part_guards(&self) -> Vec<(Row, Expected)> {
                let mut guards = Vec::new();
                $(aggregates!(@guards $kind guards, self.$part);)+
                guards
            }
        }

        $($(
            impl Guarded for $type {
                fn row(&self) -> Row {
                    let $value = self;
                    $row
                }
            }
        )?)+

        $(aggregates!(@version $kind $type);)+
    };
}

pub(super) use aggregates;
