//! The statements of a batch, written once for both databases.
//!
//! Queries generic over diesel's backends need pages of bounds; as a macro that an adapter
//! instantiates for its own connection they read like any other diesel code.

/// Makes `Batch`, the [`crate::batch::Statements`] of a connection:
/// `writing!(SqliteConnection)`, or `writing!(PgConnection, for_update)` where rows are locked.
#[macro_export]
macro_rules! writing {
    ($connection:ty $(, $lock:ident)?) => {
        /// The statements of a batch on a connection with an open transaction.
        struct Batch<'c>(&'c mut $connection);

        impl $crate::batch::Statements for Batch<'_> {
            fn facts(
                &mut self,
                rows: &::std::collections::BTreeSet<::mintage_domain::commit::row::Row>,
                counters: &::std::collections::BTreeSet<::mintage_domain::commit::counter::Counter>,
            ) -> Result<::mintage_domain::commit::guards::Facts, $crate::Error> {
                let touched = $crate::touched::Touched::of(rows);
                let mut facts = ::mintage_domain::commit::guards::Facts::default();
                self.catalog_facts(&touched, &mut facts)?;
                self.connection_facts(&touched, &mut facts)?;
                self.sale_facts(&touched, &mut facts)?;
                self.device_facts(&touched, &mut facts)?;
                self.delivery_facts(&touched, &mut facts)?;
                self.call_facts(&touched, &mut facts)?;
                self.counter_facts(counters, &mut facts)?;
                Ok(facts)
            }

            fn known_customers(
                &mut self,
                who: &::std::collections::BTreeSet<::mintage_domain::model::sales::customer::CustomerIdentity>,
            ) -> Result<
                ::std::collections::HashMap<
                    ::mintage_domain::model::sales::customer::CustomerIdentity,
                    ::mintage_domain::model::sales::customer::Customer,
                >,
                $crate::Error,
            > {
                self.customers(who)
            }

            fn write(
                &mut self,
                changes: &::mintage_domain::commit::changes::Changes,
                customers: &::mintage_domain::commit::join_customers::JoinedCustomers,
                counters: &::std::collections::HashMap<::mintage_domain::commit::counter::Counter, i64>,
            ) -> Result<(), $crate::Error> {
                self.write_catalog(changes)?;
                self.write_connections(changes)?;
                self.write_sales(changes, customers)?;
                self.write_devices(changes)?;
                self.write_deliveries(changes)?;
                self.write_calls(changes)?;
                self.write_own(changes, counters)
            }
        }

        $crate::batch_facts!($connection, [$($lock)?]);
        $crate::batch_writes!($connection);
    };
}
