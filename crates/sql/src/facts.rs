//! What a batch must know: the versions of the rows it touches, the counters, the customers.

/// One select of the keys and versions of one table's rows, locked in the order of their keys.
#[doc(hidden)]
#[macro_export]
macro_rules! versions {
    (
        $batch:ident, $facts:ident, $asked:expr, $table:ident, [$($lock:ident)?],
        $key:expr, $version:expr, |$keys:ident| $filter:expr
    ) => {{
        let asked = &$asked;
        let all: Vec<_> = asked.keys().collect();
        for $keys in all.chunks($crate::writes::KEYS_A_STATEMENT) {
            let found = $table::table
                .filter($filter)
                .select(($key, $version))
                .order($key)
                $(.$lock())?
                .load::<(_, i64)>($batch.0)?;
            $crate::touched::note($facts, asked, found);
        }
    }};
}

/// The same for a table whose rows are known by one column and count their changes.
#[doc(hidden)]
#[macro_export]
macro_rules! versions_by {
    ($batch:ident, $facts:ident, $asked:expr, $table:ident, $column:ident, [$($lock:ident)?]) => {
        $crate::versions!(
            $batch, $facts, $asked, $table, [$($lock)?],
            $table::$column, $table::version,
            |keys| $table::$column.eq_any(keys.iter().copied())
        )
    };
}

/// The reading half of `Batch`.
#[doc(hidden)]
#[macro_export]
macro_rules! batch_facts {
    ($connection:ty, [$($lock:ident)?]) => {
        const _: () = {
            use ::std::collections::{BTreeMap, BTreeSet, HashMap};

            use ::diesel::prelude::*;
            use ::diesel::sql_types::BigInt;
            use ::mintage_domain::commit::counter::Counter;
            use ::mintage_domain::commit::guards::Facts;
            use ::mintage_domain::model::sales::customer::{Customer, CustomerIdentity};

            use $crate::{Error, versions, versions_by};
            use $crate::schema::*;
            use $crate::touched::Touched;

            /// The version of a row that has none of its own.
            const ONLY: i64 = 1;

            impl Batch<'_> {
                fn catalog_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    versions_by!(self, facts, touched.tenants, tenants, id, [$($lock)?]);
                    versions_by!(self, facts, touched.tokens, management_tokens, id, [$($lock)?]);
                    versions!(
                        self, facts, touched.products, products, [$($lock)?],
                        (products::tenant, products::id), ONLY.into_sql::<BigInt>(),
                        |keys| products::tenant
                            .eq_any(keys.iter().map(|key| &key.0))
                            .and(products::id.eq_any(keys.iter().map(|key| &key.1)))
                    );
                    versions!(
                        self, facts, touched.key_types, key_types, [$($lock)?],
                        (key_types::tenant, key_types::product, key_types::id),
                        ONLY.into_sql::<BigInt>(),
                        |keys| key_types::tenant
                            .eq_any(keys.iter().map(|key| &key.0))
                            .and(key_types::product.eq_any(keys.iter().map(|key| &key.1)))
                            .and(key_types::id.eq_any(keys.iter().map(|key| &key.2)))
                    );
                    versions_by!(self, facts, touched.api_keys, api_keys, id, [$($lock)?]);
                    Ok(())
                }

                fn connection_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    versions_by!(
                        self, facts, touched.connections, connections, tenant, [$($lock)?]
                    );
                    versions!(
                        self, facts, touched.accounts, account_links, [$($lock)?],
                        (account_links::account, account_links::mode), account_links::version,
                        |keys| account_links::account.eq_any(keys.iter().map(|key| &key.0))
                    );
                    versions_by!(
                        self, facts, touched.oauth_rounds, oauth_rounds, state, [$($lock)?]
                    );
                    Ok(())
                }

                fn sale_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    versions!(
                        self, facts, touched.events, stripe_events, [$($lock)?],
                        (stripe_events::id, stripe_events::endpoint), stripe_events::version,
                        |keys| stripe_events::id.eq_any(keys.iter().map(|key| &key.0))
                    );
                    versions_by!(self, facts, touched.orders, orders, id, [$($lock)?]);
                    versions!(
                        self, facts, touched.payments, payments, [$($lock)?],
                        (payments::intent, payments::account), payments::version,
                        |keys| payments::intent.eq_any(keys.iter().map(|key| &key.0))
                    );
                    versions_by!(self, facts, touched.licenses, licenses, id, [$($lock)?]);
                    // That a unit or a key is taken never changes, so nothing is locked for it.
                    versions!(
                        self, facts, touched.units, licenses, [],
                        (
                            licenses::order_id.assume_not_null(),
                            licenses::line.assume_not_null(),
                            licenses::unit.assume_not_null(),
                        ),
                        licenses::version,
                        |keys| licenses::order_id.eq_any(keys.iter().map(|key| &key.0))
                    );
                    versions!(
                        self, facts, touched.keys, licenses, [],
                        (licenses::key_hash, licenses::tenant, licenses::mode), licenses::version,
                        |keys| licenses::key_hash.eq_any(keys.iter().map(|key| &key.0))
                    );
                    Ok(())
                }

                fn device_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    versions!(
                        self, facts, touched.activations, activations, [$($lock)?],
                        (activations::license, activations::fingerprint), activations::version,
                        |keys| activations::license
                            .eq_any(keys.iter().map(|key| &key.0))
                            .and(activations::fingerprint.eq_any(keys.iter().map(|key| &key.1)))
                    );
                    Ok(())
                }

                fn delivery_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    versions_by!(self, facts, touched.endpoints, endpoints, tenant, [$($lock)?]);
                    versions_by!(self, facts, touched.deliveries, deliveries, id, [$($lock)?]);
                    versions_by!(self, facts, touched.mails, mails, id, [$($lock)?]);
                    Ok(())
                }

                fn call_facts(
                    &mut self,
                    touched: &Touched<'_>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    // That a nonce is used never changes, so nothing is locked for it.
                    versions!(
                        self, facts, touched.nonces, nonces, [],
                        (nonces::key, nonces::signature), ONLY.into_sql::<BigInt>(),
                        |keys| nonces::key
                            .eq_any(keys.iter().map(|key| &key.0))
                            .and(nonces::signature.eq_any(keys.iter().map(|key| &key.1)))
                    );
                    versions!(
                        self, facts, touched.calls, idempotency_records, [$($lock)?],
                        (
                            idempotency_records::key,
                            idempotency_records::tenant,
                            idempotency_records::product,
                            idempotency_records::mode,
                        ),
                        idempotency_records::version,
                        |keys| idempotency_records::key
                            .eq_any(keys.iter().map(|key| &key.0))
                            .and(
                                idempotency_records::tenant
                                    .eq_any(keys.iter().map(|key| &key.1)),
                            )
                    );
                    Ok(())
                }

                fn counter_facts(
                    &mut self,
                    touched: &BTreeSet<Counter>,
                    facts: &mut Facts,
                ) -> Result<(), Error> {
                    let names: BTreeMap<String, &Counter> =
                        touched.iter().map(|counter| (counter.name(), counter)).collect();
                    if names.is_empty() {
                        return Ok(());
                    }
                    let mut found = self.counters(&names)?;
                    if found.len() < names.len() {
                        // A row that is not there cannot be locked: two nodes would both count
                        // from nothing.
                        let new: Vec<_> = names
                            .keys()
                            .map(|name| $crate::rows::CounterRow { name: name.clone(), value: 0 })
                            .collect();
                        ::diesel::insert_into(counters::table)
                            .values(&new)
                            .on_conflict_do_nothing()
                            .execute(self.0)?;
                        found = self.counters(&names)?;
                    }
                    for (name, value) in found {
                        if let Some(counter) = names.get(&name) {
                            facts.counters.insert((*counter).clone(), value);
                        }
                    }
                    Ok(())
                }

                fn counters(
                    &mut self,
                    names: &BTreeMap<String, &Counter>,
                ) -> QueryResult<Vec<(String, i64)>> {
                    counters::table
                        .filter(counters::name.eq_any(names.keys()))
                        .select((counters::name, counters::value))
                        .order(counters::name)
                        $(.$lock())?
                        .load(self.0)
                }

                fn customers(
                    &mut self,
                    who: &BTreeSet<CustomerIdentity>,
                ) -> Result<HashMap<CustomerIdentity, Customer>, Error> {
                    let (emails, of_tenants) = $crate::touched::identity_parts(who);
                    let rows: Vec<$crate::rows::CustomerRow> = customers::table
                        .filter(customers::email.eq_any(emails))
                        .filter(customers::tenant.eq_any(of_tenants))
                        .select($crate::rows::CustomerRow::as_select())
                        .order(customers::id)
                        $(.$lock())?
                        .load(self.0)?;
                    let mut known = HashMap::new();
                    for row in rows {
                        let customer = Customer::try_from(row)?;
                        if who.contains(&customer.identity()) {
                            known.insert(customer.identity(), customer);
                        }
                    }
                    Ok(known)
                }
            }
        };
    };
}
