//! Erasing the personal data of customers.

use diesel::prelude::*;
use mintage_domain::ports::Erasure;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::schema::{
    activations, audit_entries, customers, license_metadata, licenses, mails, orders,
};

/// How many licenses a statement names, which has to bind each of them.
const LICENSES_AT_ONCE: usize = 500;

/// Erase the personal data of a customer, inside a transaction. Returns whether there is such a
/// customer.
pub fn erase(conn: &mut Conn, erasure: &Erasure) -> Result<bool, Error> {
    let (tenant, customer) = (erasure.tenant.as_str(), erasure.customer.as_str());
    let this = || {
        customers::table
            .find(customer)
            .filter(customers::tenant.eq(tenant))
    };
    let address: Option<String> = this().select(customers::email).first(conn).optional()?;
    let Some(address) = address else {
        return Ok(false);
    };
    diesel::update(this())
        .set((
            customers::email.eq(erasure.email.as_str()),
            customers::name.eq(None::<String>),
            customers::external_id.eq(None::<String>),
            customers::metadata.eq("{}"),
        ))
        .execute(conn)?;
    diesel::update(orders::table.filter(orders::tenant.eq(tenant)))
        .filter(orders::buyer.eq(&address))
        .set((
            orders::buyer.eq(None::<String>),
            orders::metadata.eq(None::<String>),
            orders::version.eq(orders::version + 1),
        ))
        .execute(conn)?;
    diesel::update(orders::table.filter(orders::tenant.eq(tenant)))
        .filter(orders::email.eq(&address))
        .set((
            orders::email.eq(None::<String>),
            orders::metadata.eq(None::<String>),
            orders::version.eq(orders::version + 1),
        ))
        .execute(conn)?;
    let of_customer: Vec<(String, Option<String>)> = licenses::table
        .filter(licenses::tenant.eq(tenant))
        .filter(licenses::customer.eq(customer))
        .select((licenses::id, licenses::order_id))
        .load(conn)?;
    for part in of_customer.chunks(LICENSES_AT_ONCE) {
        let ids: Vec<&str> = part.iter().map(|(id, _)| id.as_str()).collect();
        let order_ids: Vec<&str> = part
            .iter()
            .filter_map(|(_, order)| order.as_deref())
            .collect();
        erase_licenses(conn, &ids, &order_ids)?;
        diesel::update(mails::table.filter(mails::license.eq_any(&ids)))
            .set((
                mails::recipient.eq(erasure.email.as_str()),
                mails::version.eq(mails::version + 1),
            ))
            .execute(conn)?;
    }
    audit(conn, erasure)?;
    Ok(true)
}

/// Erase what licenses, their devices and their orders say about the customer.
fn erase_licenses(conn: &mut Conn, ids: &[&str], order_ids: &[&str]) -> Result<(), Error> {
    diesel::update(licenses::table.filter(licenses::id.eq_any(ids)))
        .set((
            licenses::notes.eq(None::<String>),
            licenses::metadata.eq("{}"),
            licenses::version.eq(licenses::version + 1),
        ))
        .execute(conn)?;
    diesel::delete(license_metadata::table.filter(license_metadata::license.eq_any(ids)))
        .execute(conn)?;
    diesel::update(activations::table.filter(activations::license.eq_any(ids)))
        .set((
            activations::hostname.eq(None::<String>),
            activations::os.eq(None::<String>),
            activations::metadata.eq("{}"),
            activations::version.eq(activations::version + 1),
        ))
        .execute(conn)?;
    diesel::update(orders::table.filter(orders::id.eq_any(order_ids)))
        .filter(orders::buyer.is_not_null().or(orders::email.is_not_null()))
        .set((
            orders::buyer.eq(None::<String>),
            orders::email.eq(None::<String>),
            orders::metadata.eq(None::<String>),
            orders::version.eq(orders::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

fn audit(conn: &mut Conn, erasure: &Erasure) -> Result<(), Error> {
    let entry = &erasure.audit;
    diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::id.eq(entry.id.as_str()),
            audit_entries::tenant.eq(entry.tenant.as_str()),
            audit_entries::at.eq(entry.at.as_micros()),
            audit_entries::actor.eq(entry.actor.to_text()),
            audit_entries::action.eq(&*entry.action),
            audit_entries::target.eq(&entry.target),
            audit_entries::address.eq(entry.origin.as_ref().map(|it| it.address.to_string())),
            audit_entries::request_id.eq(entry.origin.as_ref().map(|it| it.request_id.as_str())),
        ))
        .execute(conn)?;
    Ok(())
}
