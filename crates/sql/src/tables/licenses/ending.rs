//! Licenses whose term or grace has ended, or will end soon, which no command says.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{ExpiringLicense, LicenseRecord};

use super::super::super::db::Conn;
use super::license::{LicenseRecordRow, LicenseRow, license_record};
use crate::error::Error;
use crate::schema::{customers, key_types, licenses, orders};

/// List licenses whose term ended at a time or before and whose end was not noticed, the first ended
/// first.
pub fn list(conn: &mut Conn, ended: Timestamp, n: usize) -> Result<Vec<LicenseRecord>, Error> {
    let rows: Vec<LicenseRecordRow> = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        // As the partial index says it.
        .filter(sql::<Bool>("licenses.state in ('active', 'frozen')"))
        .filter(licenses::expires_at.le(ended.as_micros()))
        // A lapse freezes a license instead of letting it expire.
        .filter(licenses::frozen_from.is_null())
        .order(licenses::expires_at)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
        ))
        .load(conn)?;
    // An unreadable one must not be the first one for ever.
    let readable = rows.into_iter().filter_map(|row| license_record(row).ok());
    Ok(readable.collect())
}

/// List licenses whose lapse began at a time or before and was not noticed, the first begun first. A pause
/// begins in 1970, and is told at once.
pub fn list_lapsed(
    conn: &mut Conn,
    begun: Timestamp,
    n: usize,
) -> Result<Vec<LicenseRecord>, Error> {
    let rows: Vec<LicenseRecordRow> = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        // As the partial index says it.
        .filter(sql::<Bool>(
            "licenses.frozen_from > 0 and licenses.revocation is null \
             and (licenses.noticed_end is null or licenses.noticed_end <> licenses.frozen_from)",
        ))
        .filter(licenses::frozen_from.le(begun.as_micros()))
        .order(licenses::frozen_from)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
        ))
        .load(conn)?;
    let readable = rows.into_iter().filter_map(|row| license_record(row).ok());
    Ok(readable.collect())
}

/// A license as [`license_record`] reads it, and the reminder days of its key type.
type ExpiringRow = (
    LicenseRow,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
);

/// List licenses whose term ends within the reminder days of their key type.
pub fn list_expiring(
    conn: &mut Conn,
    now: Timestamp,
    n: usize,
) -> Result<Vec<ExpiringLicense>, Error> {
    let of_key_type = licenses::tenant
        .eq(key_types::tenant)
        .and(licenses::product.eq(key_types::product))
        .and(licenses::key_type.eq(key_types::id));
    let rows: Vec<ExpiringRow> = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        .inner_join(key_types::table.on(of_key_type))
        // As the partial indexes say it.
        .filter(sql::<Bool>(
            "key_types.reminder_days > 0 and licenses.state = 'active' \
             and (licenses.reminded_end is null or licenses.reminded_end <> licenses.expires_at)",
        ))
        .filter(licenses::expires_at.gt(now.as_micros()))
        .filter(
            sql::<Bool>("licenses.expires_at <= key_types.reminder_days * 86400000000 + ")
                .bind::<BigInt, _>(now.as_micros()),
        )
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
            key_types::reminder_days,
        ))
        .load(conn)?;
    let readable = rows.into_iter().filter_map(|row| {
        let (license, email, external_id, session, days) = row;
        Some(ExpiringLicense {
            record: license_record((license, email, external_id, session)).ok()?,
            reminder_days: u16::try_from(days?).ok()?,
        })
    });
    Ok(readable.collect())
}
