//! Lists of licenses.
//!
//! Three indexes begin with the tenant, the tenant and a product, or a customer; behind these they
//! have the mode and the state, then the place in the list. A column that a filter leaves open has two
//! or four values, so that every filter of these columns is at most eight ranges.

use diesel::prelude::*;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::ports::{LicenseFilter, LicenseRecord};

use super::super::super::db::{AMONG, Conn, Db};
use super::license::{ACTIVE, EXPIRED, FROZEN, LicenseRow, REVOKED, records};
use crate::error::Error;
use crate::newest::{LARGE, OnPage, Range, Size};
use crate::schema::{customers, licenses, orders};

/// Licenses whose term has ended and that are not marked yet. They are few, since housekeeping marks
/// them within minutes; more than ten thousand of them are not looked at. The limit and the order
/// make the index cheaper than any other way, whatever the database believes about the times.
const ENDED: &str =
    "(select * from licenses where state in ('active', 'frozen') and expires_at <= ";
const ENDED_FIRST: &str = " order by expires_at limit 10000) as l";

/// A text of a license. A query of its own, so that no database turns it into a join.
const TEXT: &str = "(select o.value from license_metadata as o where o.license = l.id and o.key = ";

/// List the licenses of a tenant that match a filter, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &LicenseFilter,
    page: &PageRequest,
) -> Result<Page<LicenseRecord>, Error> {
    let customers = customers_of(conn, tenant, filter)?;
    let ranges = Question {
        tenant,
        filter,
        customers,
    }
    .ranges(conn)?;
    if ranges.is_empty() {
        return Ok(Page::empty());
    }
    let rows = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        .filter(OnPage::new("licenses.id", AMONG, ranges, page))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
        ))
        .order((licenses::created_at.desc(), licenses::id.desc()))
        .into_boxed::<Db>()
        .load(conn)?;
    Ok(Page::of(
        records(rows)?,
        page.limit(),
        |it: &LicenseRecord| Cursor {
            at: it.license.created_at,
            id: it.license.id.to_string(),
        },
    ))
}

/// The customers that a filter names; an address belongs to one of each mode at most.
fn customers_of(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &LicenseFilter,
) -> Result<Option<Vec<String>>, Error> {
    let named = filter.customer.as_ref().map(ToString::to_string);
    let Some(email) = &filter.email else {
        return Ok(named.map(|customer| vec![customer]));
    };
    let mut found: Vec<String> = customers::table
        .filter(customers::email.eq(email.as_str()))
        .filter(customers::tenant.eq(tenant.as_str()))
        .select(customers::id)
        .load(conn)?;
    found.retain(|id| named.as_ref().is_none_or(|named| named == id));
    Ok(Some(found))
}

struct Question<'a> {
    tenant: &'a TenantId,
    filter: &'a LicenseFilter,
    customers: Option<Vec<String>>,
}

impl Question<'_> {
    /// The ranges that the list is merged from.
    fn ranges(&self, conn: &mut Conn) -> Result<Vec<Range>, Error> {
        let texts = &self.filter.metadata;
        let has_columns = self.filter.product.is_some()
            || self.filter.mode.is_some()
            || self.filter.state.is_some();
        // The licenses of a customer are few.
        if texts.is_empty() || self.customers.is_some() {
            return Ok(self.by_columns());
        }
        // Where all parts are common the columns lead: they are what most filters are about.
        let mut ways: Vec<Vec<Range>> =
            has_columns.then(|| self.by_columns()).into_iter().collect();
        ways.extend((0..texts.len()).map(|nth| self.by_text(nth)));
        if ways.len() == 1 {
            return Ok(ways.swap_remove(0));
        }
        // No index has all of it, so the list is read along the rarest part.
        let mut sized = Vec::new();
        for way in ways {
            let size: i64 = Size(&way).get_result(conn)?;
            sized.push((size, way));
        }
        let rarest = sized.into_iter().min_by_key(|(size, _)| (*size).min(LARGE));
        Ok(rarest.map(|(_, way)| way).unwrap_or_default())
    }

    /// Ranges of an index of `licenses`.
    fn by_columns(&self) -> Vec<Range> {
        let leads: Vec<Lead<'_>> = match (&self.customers, &self.filter.product) {
            (Some(customers), _) => customers.iter().map(|it| Lead::Customer(it)).collect(),
            (None, Some(product)) => vec![Lead::Product(product.as_str())],
            (None, None) => vec![Lead::Tenant],
        };
        let mut ranges = Vec::new();
        for lead in leads {
            for mode in self.modes(lead) {
                for state in self.states() {
                    let range = self.lead(Range::new("licenses as l", AT, ID), lead, *mode);
                    let range = range.text("l.state = ", state).checked();
                    ranges.push(self.check(range, lead));
                }
                if let Some((State::Expired, now)) = self.filter.state {
                    let ended = Range::new(ENDED, AT, ID).source(now.as_micros(), ENDED_FIRST);
                    let ended = self.lead(ended, lead, *mode).checked();
                    ranges.push(self.check(ended, lead));
                }
            }
        }
        ranges
    }

    /// The modes that are a range each. A customer has one mode.
    fn modes(&self, lead: Lead<'_>) -> &'static [Option<Mode>] {
        const OPEN: [Option<Mode>; 1] = [None];
        match (lead, self.filter.mode) {
            (Lead::Customer(_), _) => &OPEN,
            (_, None) => &[Some(Mode::Live), Some(Mode::Sandbox)],
            (_, Some(Mode::Live)) => &[Some(Mode::Live)],
            (_, Some(Mode::Sandbox)) => &[Some(Mode::Sandbox)],
        }
    }

    /// What the column says of licenses in the wanted state, except for ended terms.
    fn states(&self) -> &'static [&'static str] {
        match self.filter.state {
            None => &[ACTIVE, FROZEN, EXPIRED, REVOKED],
            // Where a lapse has not begun, the column says frozen already.
            Some((State::Active, _)) => &[ACTIVE, FROZEN],
            Some((State::Frozen, _)) => &[FROZEN],
            Some((State::Expired, _)) => &[EXPIRED],
            Some((State::Revoked, _)) => &[REVOKED],
        }
    }

    /// Checks what the index of a range has not.
    fn check(&self, range: Range, lead: Lead<'_>) -> Range {
        let range = match lead {
            Lead::Customer(_) => self.unindexed(range),
            Lead::Tenant | Lead::Product(_) => range,
        };
        self.with_texts(self.in_state(range), None)
    }

    /// The columns that an index begins with.
    fn lead(&self, range: Range, lead: Lead<'_>, mode: Option<Mode>) -> Range {
        let range = range.text("l.tenant = ", self.tenant);
        let range = match lead {
            Lead::Tenant => range,
            Lead::Product(product) => range.text("l.product = ", product),
            Lead::Customer(customer) => range.text("l.customer = ", customer),
        };
        match mode {
            None => range,
            Some(mode) => range.text("l.mode = ", mode.as_str()),
        }
    }

    /// The columns of the filter in a form that no index has, so that no other index is tried.
    fn unindexed(&self, mut range: Range) -> Range {
        if let Some(product) = &self.filter.product {
            range = range.check("l.product = ", product.as_str());
        }
        if let Some(mode) = self.filter.mode {
            range = range.check("l.mode = ", mode.as_str());
        }
        range
    }

    /// Only licenses in the wanted state, as `Standing::state` derives it: the more final word first. A
    /// lapse never begins later than the license expires.
    fn in_state(&self, range: Range) -> Range {
        let Some((state, now)) = self.filter.state else {
            return range;
        };
        let now = now.as_micros();
        let running = |range: Range| {
            let range = range.when("l.revocation is null");
            range.number("(l.expires_at is null or l.expires_at > ", now, ")")
        };
        let not_lapsed =
            |range: Range| range.number("(l.frozen_from is null or l.frozen_from > ", now, ")");
        match state {
            State::Revoked => range.when("l.revocation is not null"),
            State::Expired => not_lapsed(range.when("l.revocation is null").number(
                "l.expires_at <= ",
                now,
                "",
            )),
            State::Frozen => range
                .when("l.revocation is null")
                .number("(l.held or l.frozen_from <= ", now, ")")
                .number(
                    "(l.frozen_from is not null or l.expires_at is null or l.expires_at > ",
                    now,
                    ")",
                ),
            State::Active => not_lapsed(running(range).when("not l.held")),
        }
    }

    /// Only licenses with the texts of the filter, except the one that leads.
    fn with_texts(&self, mut range: Range, lead: Option<usize>) -> Range {
        for (nth, (key, value)) in self.filter.metadata.iter().enumerate() {
            if Some(nth) != lead {
                range = range.found(TEXT, key, value);
            }
        }
        range
    }

    /// The licenses with one of the texts of the filter.
    fn by_text(&self, nth: usize) -> Vec<Range> {
        let Some((key, value)) = self.filter.metadata.get(nth) else {
            return Vec::new();
        };
        let range = Range::new("license_metadata as m", "m.created_at", "m.license")
            .text("m.tenant = ", self.tenant)
            .text("m.key = ", key)
            .text("m.value = ", value)
            .join(" cross join licenses as l")
            .when("l.id = m.license");
        let range = self.unindexed(range);
        vec![self.with_texts(self.in_state(range), Some(nth))]
    }
}

/// What an index begins with.
#[derive(Clone, Copy)]
enum Lead<'a> {
    Tenant,
    Product(&'a str),
    Customer(&'a str),
}

/// The place of a license in a list.
const AT: &str = "l.created_at";
const ID: &str = "l.id";
