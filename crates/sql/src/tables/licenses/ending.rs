//! Licenses whose term has ended, which no command says.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::LicenseRecord;

use super::super::super::db::Conn;
use super::license::{LicenseRecordRow, LicenseRow, license_record};
use crate::error::Error;
use crate::schema::{customers, licenses, orders};

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
