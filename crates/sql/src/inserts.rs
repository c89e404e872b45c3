//! What a batch writes, table by table, parents first.

/// The writing half of `Batch`.
#[doc(hidden)]
#[macro_export]
macro_rules! batch_writes {
    ($connection:ty) => {
        const _: () = {
            use ::std::collections::HashMap;

            use ::diesel::prelude::*;
            use ::mintage_domain::commit::changes::Changes;
            use ::mintage_domain::commit::counter::Counter;
            use ::mintage_domain::commit::join_customers::JoinedCustomers;

            use $crate::schema::*;
            use $crate::{Error, insert_new, overwrite, put, rows};

            impl Batch<'_> {
                fn write_catalog(&mut self, changes: &Changes) -> Result<(), Error> {
                    put!(
                        self,
                        changes.tenants,
                        TenantRow,
                        tenants,
                        (id),
                        (email, plan, created_at, version, mails)
                    );
                    put!(
                        self,
                        changes.tokens,
                        ManagementTokenRow,
                        management_tokens,
                        (id),
                        (tenant, hash, scopes, created_at, revoked_at, version)
                    );
                    put!(
                        self,
                        changes.products,
                        ProductRow,
                        products,
                        (tenant, id),
                        (display_name, key_prefix, key_format, key_secret, created_at)
                    );
                    put!(
                        self,
                        changes.key_types,
                        KeyTypeRow,
                        key_types,
                        (tenant, product, id),
                        (
                            display_name,
                            term,
                            activation_limit,
                            entitlements,
                            price,
                            price_currency,
                            created_at
                        )
                    );
                    put!(
                        self,
                        changes.api_keys,
                        ApiKeyRow,
                        api_keys,
                        (id),
                        (
                            tenant,
                            product,
                            mode,
                            scope,
                            sealed_secret,
                            created_at,
                            revoked_at,
                            version,
                            signature_version
                        )
                    );
                    self.write_prices(changes)
                }

                fn write_prices(&mut self, changes: &Changes) -> Result<(), Error> {
                    let mut forgotten = changes.forgotten_prices.iter();
                    if let Some((tenant, account)) = forgotten.next() {
                        let of = |tenant: &str, account: &str| {
                            price_links::tenant
                                .eq(tenant.to_owned())
                                .and(price_links::account.eq(account.to_owned()))
                        };
                        let first = of(tenant.as_str(), account.as_str());
                        let mut delete = ::diesel::delete(price_links::table)
                            .filter(first)
                            .into_boxed();
                        for (tenant, account) in forgotten {
                            delete = delete.or_filter(of(tenant.as_str(), account.as_str()));
                        }
                        delete.execute(self.0)?;
                    }
                    let prices: Vec<rows::PriceLinkRow> =
                        $crate::writes::last_prices(&changes.prices);
                    overwrite!(
                        self,
                        prices,
                        price_links,
                        (tenant, product, key_type, account),
                        (stripe_product, stripe_price, amount, amount_currency)
                    );
                    Ok(())
                }

                fn write_connections(&mut self, changes: &Changes) -> Result<(), Error> {
                    put!(
                        self,
                        changes.connections,
                        ConnectionRow,
                        connections,
                        (tenant),
                        (mode, account, checkout_key, retiring, version)
                    );
                    put!(
                        self,
                        changes.accounts,
                        AccountLinkRow,
                        account_links,
                        (account, mode),
                        (tenant, active, linked_at, version)
                    );
                    put!(
                        self,
                        changes.oauth_rounds,
                        OAuthRoundRow,
                        oauth_rounds,
                        (state),
                        (tenant, mode, expires_at, used, version)
                    );
                    Ok(())
                }

                fn write_sales(
                    &mut self,
                    changes: &Changes,
                    joined: &JoinedCustomers,
                ) -> Result<(), Error> {
                    let new: Vec<rows::CustomerRow> =
                        joined.insert.iter().map(Into::into).collect();
                    insert_new!(self, new, customers);
                    let merged: Vec<rows::CustomerRow> =
                        joined.update.iter().map(Into::into).collect();
                    overwrite!(
                        self,
                        merged,
                        customers,
                        (id),
                        (tenant, mode, email, name, external_id, metadata, created_at)
                    );
                    put!(
                        self,
                        changes.events,
                        StripeEventRow,
                        stripe_events,
                        (id, endpoint),
                        (
                            kind,
                            account,
                            outcome,
                            reason,
                            payload,
                            retry_at,
                            received_at,
                            version
                        )
                    );
                    put!(
                        self,
                        changes.orders,
                        OrderRow,
                        orders,
                        (id),
                        (
                            tenant,
                            mode,
                            account,
                            product,
                            key_type,
                            term,
                            activation_limit,
                            entitlements,
                            price,
                            price_currency,
                            fee,
                            fee_currency,
                            buyer,
                            session,
                            status,
                            customer,
                            total,
                            total_currency,
                            payment,
                            created_at,
                            fulfilled_at,
                            version
                        )
                    );
                    put!(
                        self,
                        changes.payments,
                        PaymentRow,
                        payments,
                        (intent, account),
                        (order_id, refunded, fully_refunded, created_at, version)
                    );
                    put!(
                        self,
                        changes.licenses,
                        LicenseRow,
                        licenses,
                        (id),
                        (
                            tenant,
                            mode,
                            product,
                            key_type,
                            customer,
                            order_id,
                            line,
                            unit,
                            key_hash,
                            masked_key,
                            sealed_key,
                            activation_limit,
                            entitlements,
                            expires_at,
                            revocation,
                            revoked_at,
                            holds,
                            held,
                            created_at,
                            version,
                            notes,
                            metadata
                        )
                    );
                    let searched: Vec<rows::LicenseMetadataRow> =
                        $crate::writes::searched(&changes.licenses);
                    insert_new!(self, searched, license_metadata);
                    Ok(())
                }

                fn write_devices(&mut self, changes: &Changes) -> Result<(), Error> {
                    put!(
                        self,
                        changes.activations,
                        ActivationRow,
                        activations,
                        (license, fingerprint),
                        (
                            id,
                            tenant,
                            mode,
                            hostname,
                            os,
                            metadata,
                            first_seen,
                            last_seen,
                            released_at,
                            version
                        )
                    );
                    Ok(())
                }

                fn write_deliveries(&mut self, changes: &Changes) -> Result<(), Error> {
                    put!(
                        self,
                        changes.endpoints,
                        EndpointRow,
                        endpoints,
                        (tenant),
                        (url, sealed_secret, gone_since, version)
                    );
                    put!(
                        self,
                        changes.deliveries,
                        DeliveryRow,
                        deliveries,
                        (id),
                        (
                            tenant,
                            event,
                            license,
                            sealed_body,
                            status,
                            attempts,
                            schedule_from,
                            due_at,
                            created_at,
                            version
                        )
                    );
                    let attempted: Vec<rows::AttemptRow> =
                        changes.attempts.iter().map(Into::into).collect();
                    insert_new!(self, attempted, attempts);
                    put!(
                        self,
                        changes.mails,
                        MailingRow,
                        mails,
                        (id),
                        (
                            tenant, license, recipient, status, reason, attempts, due_at,
                            created_at, version
                        )
                    );
                    Ok(())
                }

                fn write_calls(&mut self, changes: &Changes) -> Result<(), Error> {
                    let used: Vec<rows::NonceRow> = $crate::writes::in_order(&changes.nonces);
                    insert_new!(self, used, nonces);
                    put!(
                        self,
                        changes.idempotency,
                        IdempotencyRow,
                        idempotency_records,
                        (key, tenant, product, mode),
                        (body, license, api_key, expires_at, version)
                    );
                    Ok(())
                }

                fn write_own(
                    &mut self,
                    changes: &Changes,
                    values: &HashMap<Counter, i64>,
                ) -> Result<(), Error> {
                    let entries: Vec<rows::AuditRow> =
                        changes.audit.iter().map(Into::into).collect();
                    insert_new!(self, entries, audit_entries);
                    let values: Vec<_> = values
                        .iter()
                        .map(|(counter, value)| rows::CounterRow {
                            name: counter.name(),
                            value: *value,
                        })
                        .collect();
                    overwrite!(self, values, counters, (name), (value));
                    // An id that is there already belongs to a copy of the same changes, which the
                    // guards have judged.
                    ::diesel::insert_into(commits::table)
                        .values(rows::CommitRow::from(changes))
                        .on_conflict_do_nothing()
                        .execute(self.0)?;
                    Ok(())
                }
            }
        };
    };
}
