//! Customers, licenses and orders by number.
//!
//! Everything about a row follows from its number, so that the load generator and the SQL of the yardsticks
//! compute the same ids and keys.

use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::time::Timestamp;
use ring::digest::{SHA256, digest};

use crate::data::bulk::{Bulk, Copied, Field, Model};
use crate::data::sellers::{Models, tenant_slug};
use crate::error::BenchResult;

/// How much data there is. Row number `n` belongs to tenant number `n % tenants`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) tenants: u64,
    pub(crate) licenses: u64,
}

impl Size {
    /// Each customer has two licenses.
    pub(crate) fn customers(self) -> u64 {
        (self.licenses / 2).max(self.tenants)
    }
}

/// From when on rows were created, in microseconds: 2025-01-01.
const FIRST: i64 = 1_735_689_600_000_000;

/// The time between two rows: ten million of them end before 2026.
const STEP: i64 = 3_000_000;

fn created_at(n: u64) -> i64 {
    FIRST.saturating_add(i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(STEP))
}

/// Ten bytes that differ from number to number.
fn scattered(n: u64) -> [u8; 10] {
    let digest = digest(&SHA256, &n.to_be_bytes());
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&digest.as_ref()[..10]);
    bytes
}

/// The license key with a number, in the form of a classic key: 16 decimal digits are valid symbols.
pub(crate) fn license_key(n: u64) -> String {
    let group = |divisor: u64| n / divisor % 10_000;
    format!(
        "PIXL-{:04}-{:04}-{:04}-{:04}",
        group(1_000_000_000_000),
        group(100_000_000),
        group(10_000),
        group(1)
    )
}

/// The id of the Checkout session of an order.
pub(crate) fn session(order: u64) -> String {
    format!("cs_live_bench{order:012}")
}

fn license_id(n: u64) -> String {
    LicenseId::new(Timestamp::from_micros(created_at(n)), scattered(n)).to_string()
}

fn customer_id(n: u64) -> String {
    CustomerId::new(Timestamp::from_micros(created_at(n)), scattered(n)).to_string()
}

/// Adds customers, licenses and the counters of licenses.
pub(crate) fn add_licenses(db: &mut dyn Bulk, models: &Models, size: Size) -> BenchResult<()> {
    let model = Model {
        table: "customers",
        id: models.customer.clone(),
        columns: &["id", "tenant", "email", "created_at"],
    };
    let customers = (0..size.customers()).map(|n| -> Copied {
        vec![
            Field::Text(customer_id(n)),
            Field::Text(tenant_slug(n % size.tenants)),
            Field::Text(format!("customer-{n}@example.com")),
            Field::Number(created_at(n)),
        ]
    });
    db.copy(&model, &mut { customers })?;
    let model = Model {
        table: "licenses",
        id: models.license.clone(),
        columns: &["id", "tenant", "customer", "key_hash", "created_at"],
    };
    let licenses = (0..size.licenses).map(|n| -> Copied {
        let hash = digest(&SHA256, license_key(n).as_bytes());
        vec![
            Field::Text(license_id(n)),
            Field::Text(tenant_slug(n % size.tenants)),
            Field::Text(customer_id(n % size.customers())),
            Field::Bytes(hash.as_ref().to_vec()),
            Field::Number(created_at(n)),
        ]
    });
    db.copy(&model, &mut { licenses })?;
    db.execute(
        "insert into counters (name, value) \
         select 'licenses:' || tenant || ':' || mode, count(*) from licenses group by tenant, mode",
    )
}

/// Adds open orders with these numbers, all of one tenant or spread over all.
pub(crate) fn add_orders(
    db: &mut dyn Bulk,
    models: &Models,
    numbers: std::ops::Range<u64>,
    tenant_of: &dyn Fn(u64) -> u64,
) -> BenchResult<()> {
    let model = Model {
        table: "orders",
        id: models.order.clone(),
        columns: &["id", "tenant", "account", "session"],
    };
    let orders = numbers.map(|n| -> Copied {
        let tenant = tenant_of(n);
        let account = models.accounts.get(usize::try_from(tenant).unwrap_or(0));
        vec![
            Field::Text(order_id(n)),
            Field::Text(tenant_slug(tenant)),
            Field::Text(account.cloned().unwrap_or_default()),
            Field::Text(session(n)),
        ]
    });
    db.copy(&model, &mut { orders })
}

/// The id of an order.
fn order_id(n: u64) -> String {
    format!("ord_{n:026}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_different_numbers_have_different_ids_and_keys() {
        assert_eq!(license_key(1_234_567), "PIXL-0000-0000-0123-4567");
        assert_ne!(license_id(1), license_id(2));
        assert_ne!(customer_id(1), customer_id(2));
        assert_eq!(order_id(7).len(), 30);
        assert_eq!(session(7), "cs_live_bench000000000007");
    }

    #[test]
    fn every_tenant_has_a_customer_and_most_customers_have_two_licenses() {
        for (licenses, customers) in [(10, 1_000), (200_000, 100_000)] {
            let size = Size {
                tenants: 1_000,
                licenses,
            };
            assert_eq!(size.customers(), customers);
        }
    }
}
