//! Leasing deliveries and mailings, and the other atomic calls outside a commit.

use std::collections::HashMap;
use std::time::Duration;

use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::rate::{Rate, RateWindow};
use mintage_domain::model::outbox::delivery::{Claim, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;

/// What a claim asks for, in stored units.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Now.
    pub now: i64,
    /// When the leases end.
    pub until: i64,
    /// How many at most.
    pub n: i64,
    /// How many of one endpoint may be leased at a time.
    pub cap: i64,
}

impl Order {
    /// Up to `n` deliveries, up to `cap` of one endpoint, leased from `now` on.
    pub fn new(now: Timestamp, n: usize, cap: usize, lease: Duration) -> Self {
        Self {
            now: now.as_micros(),
            until: now.plus(lease).as_micros(),
            n: i64::try_from(n).unwrap_or(i64::MAX),
            cap: i64::try_from(cap).unwrap_or(i64::MAX),
        }
    }
}

/// Puts leased deliveries back into the order in which they were picked, each with its endpoint.
pub fn claims(
    picked: &[String],
    leased: Vec<Delivery>,
    endpoints: Vec<WebhookEndpoint>,
) -> Vec<Claim> {
    let endpoints: HashMap<TenantId, WebhookEndpoint> = endpoints
        .into_iter()
        .map(|endpoint| (endpoint.tenant.clone(), endpoint))
        .collect();
    let mut leased: HashMap<String, Delivery> = leased
        .into_iter()
        .map(|delivery| (delivery.id.to_string(), delivery))
        .collect();
    picked
        .iter()
        .filter_map(|id| {
            let delivery = leased.remove(id)?;
            let endpoint = endpoints.get(&delivery.tenant)?.clone();
            Some(Claim { delivery, endpoint })
        })
        .collect()
}

/// Puts leased mailings back into the order in which they were picked.
pub fn in_order(picked: &[String], mut leased: Vec<QueuedMail>) -> Vec<QueuedMail> {
    let place = |mailing: &QueuedMail| picked.iter().position(|id| id == mailing.id.as_str());
    leased.sort_by_key(place);
    leased
}

/// Forgets the oldest nonces that have expired: until when, how many.
pub const PRUNE_NONCES: &str = "\
    delete from nonces where (key, signature) in (\
        select key, signature from nonces where expires_at <= $1 order by expires_at limit $2)";

/// The same for calls that may be sent again.
pub const PRUNE_CALLS: &str = "\
    delete from idempotency_records where (key, tenant, product, mode) in (\
        select key, tenant, product, mode from idempotency_records \
        where expires_at <= $1 order by expires_at limit $2)";

/// From when on a window says nothing any more: when the bucket after its own has ended.
pub fn forgotten_from(rate: Rate, window: RateWindow) -> Timestamp {
    let span = i64::try_from(rate.window.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(window.bucket.saturating_add(2).saturating_mul(span))
}

/// How many rows of each kind one `prune` forgets.
pub const PRUNED_AT_ONCE: i64 = 1_000;
/// How long the id of a commit is kept: far longer than any adapter goes on asking for it.
pub const COMMITS_KEPT: Duration = Duration::from_hours(1);

/// Makes the atomic calls of a connection as plain functions, to be called inside a transaction:
/// `atomics!(SqliteConnection)`, or `atomics!(PgConnection, for_update)` where rows are locked.
#[macro_export]
macro_rules! atomics {
    ($connection:ty $(, $lock:ident)?) => {
        /// Leases the deliveries that were picked, and returns them in that order with their
        /// endpoints.
        pub(crate) fn lease(
            conn: &mut $connection,
            order: $crate::claims::Order,
            picked: &[String],
        ) -> Result<Vec<::mintage_domain::model::outbox::delivery::Claim>, $crate::Error> {
            use ::diesel::prelude::*;
            use ::mintage_domain::model::outbox::delivery::Delivery;
            use ::mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;

            use $crate::reads::all;
            use $crate::rows::{DeliveryRow, EndpointRow};
            use $crate::schema::{deliveries, endpoints};

            if picked.is_empty() {
                return Ok(Vec::new());
            }
            let leased: Vec<Delivery> = all(::diesel::update(deliveries::table)
                .filter(deliveries::id.eq_any(picked))
                .set((
                    deliveries::status.eq("leased"),
                    deliveries::attempts.eq(deliveries::attempts + 1),
                    deliveries::due_at.eq(order.until),
                    deliveries::version.eq(deliveries::version + 1),
                ))
                .returning(DeliveryRow::as_returning())
                .get_results(conn)?)?;
            let tenants = leased.iter().map(|delivery| delivery.tenant.as_str());
            let lanes: Vec<WebhookEndpoint> = all(endpoints::table
                .filter(endpoints::tenant.eq_any(tenants))
                .select(EndpointRow::as_select())
                .load(conn)?)?;
            Ok($crate::claims::claims(picked, leased, lanes))
        }

        /// Leases the mailings that were picked, the longest due first.
        pub(crate) fn lease_mails(
            conn: &mut $connection,
            order: $crate::claims::Order,
            picked: &[String],
        ) -> Result<Vec<::mintage_domain::model::outbox::mail::QueuedMail>, $crate::Error> {
            use ::diesel::prelude::*;

            use $crate::rows::MailingRow;
            use $crate::schema::mails;

            if picked.is_empty() {
                return Ok(Vec::new());
            }
            let leased = ::diesel::update(mails::table)
                .filter(mails::id.eq_any(picked))
                .set((
                    mails::status.eq("leased"),
                    mails::attempts.eq(mails::attempts + 1),
                    mails::due_at.eq(order.until),
                    mails::version.eq(mails::version + 1),
                ))
                .returning(MailingRow::as_returning())
                .get_results(conn)?;
            let leased = $crate::reads::all(leased)?;
            Ok($crate::claims::in_order(picked, leased))
        }

        /// Takes up to `n` of a rate.
        pub(crate) fn take(
            conn: &mut $connection,
            key: &str,
            rate: ::mintage_domain::model::access::rate::Rate,
            n: u32,
            now: ::mintage_domain::base::time::Timestamp,
        ) -> Result<::mintage_domain::model::access::rate::Take, $crate::Error> {
            use ::diesel::prelude::*;
            use ::mintage_domain::model::access::rate::{RateWindow, Take};

            use $crate::claims::forgotten_from;
            use $crate::rows::RateWindowRow;
            use $crate::schema::rate_windows;

            let unused = RateWindow::default();
            ::diesel::insert_into(rate_windows::table)
                .values(RateWindowRow::new(key, unused, forgotten_from(rate, unused)))
                .on_conflict_do_nothing()
                .execute(conn)?;
            let stored: RateWindowRow = rate_windows::table
                .find(key)
                .select(RateWindowRow::as_select())
                $(.$lock())?
                .first(conn)?;
            let (next, take) = rate.take(stored.window(), n, now);
            if let Take::Granted(_) = take {
                ::diesel::update(rate_windows::table.find(key))
                    .set(RateWindowRow::new(key, next, forgotten_from(rate, next)))
                    .execute(conn)?;
            }
            Ok(take)
        }

        /// Forgets what has expired.
        #[expect(clippy::disallowed_methods, reason = "the DSL has no row values in IN")]
        pub(crate) fn prune(
            conn: &mut $connection,
            now: ::mintage_domain::base::time::Timestamp,
        ) -> Result<usize, $crate::Error> {
            use ::diesel::prelude::*;
            use ::diesel::sql_types::BigInt;

            use $crate::claims::{COMMITS_KEPT, PRUNED_AT_ONCE, PRUNE_CALLS, PRUNE_NONCES};
            use $crate::schema::{commits, oauth_rounds, rate_windows};

            let at = now.as_micros();
            let old = i64::try_from(COMMITS_KEPT.as_micros())
                .map_or(i64::MIN, |kept| at.saturating_sub(kept));
            let rounds = $crate::prune_table!(conn, oauth_rounds, state as Vec<u8>, expires_at, at)?;
            let rates = $crate::prune_table!(conn, rate_windows, key as String, expires_at, at)?;
            let ids = $crate::prune_table!(conn, commits, id as String, committed_at, old)?;
            let mut rest = 0;
            for delete in [PRUNE_NONCES, PRUNE_CALLS] {
                rest += ::diesel::sql_query(delete)
                    .bind::<BigInt, _>(at)
                    .bind::<BigInt, _>(PRUNED_AT_ONCE)
                    .execute(conn)?;
            }
            Ok(rounds + rates + ids + rest)
        }
    };
}

/// Deletes the oldest rows of a table that ended at `$end` or before.
#[doc(hidden)]
#[macro_export]
macro_rules! prune_table {
    ($conn:ident, $table:ident, $key:ident as $type:ty, $column:ident, $end:expr) => {{
        // In two statements: the DSL has no delete that selects from its own table.
        let gone = $table::table
            .filter($table::$column.le($end))
            .order($table::$column)
            .limit($crate::claims::PRUNED_AT_ONCE)
            .select($table::$key)
            .load::<$type>($conn)?;
        ::diesel::delete($table::table)
            .filter($table::$key.eq_any(gone))
            .execute($conn)
    }};
}
