//! License terms, as key types and orders store them.

use mintage_domain::model::licenses::entitlements::Entitlements;
use mintage_domain::model::licenses::term::{Days, InvalidDays, Term};
use mintage_domain::model::licenses::terms::{LicenseTerms, TermFrom};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_list};

/// Entitlements as they are stored: a JSON list.
pub(crate) fn stored_entitlements(entitlements: &Entitlements) -> String {
    stored_list(entitlements.as_slice().iter().map(String::as_str))
}

/// Entitlements as they were stored.
pub(crate) fn entitlements(place: &Place<'_>, text: &str) -> Result<Entitlements, StoreError> {
    let names: Vec<String> = place.json("entitlements", text)?;
    place.read("entitlements", Entitlements::parse(names))
}

/// What a license holds, as key types and orders keep it.
pub(crate) fn terms(
    place: &Place<'_>,
    term: &str,
    activation_limit: i64,
    entitlements_text: &str,
) -> Result<LicenseTerms, StoreError> {
    Ok(LicenseTerms {
        term: place.read("term", Term::parse(term))?,
        activation_limit: place.number("activation_limit", activation_limit)?,
        entitlements: entitlements(place, entitlements_text)?,
        term_from: TermFrom::default(),
        updates_for: None,
    })
}

/// A number of days as it is stored.
pub(crate) fn stored_days(days: Option<Days>) -> Option<i64> {
    days.map(|days| i64::from(days.get()))
}

/// A number of days as it was stored.
pub(crate) fn days(
    place: &Place<'_>,
    column: &'static str,
    stored: Option<i64>,
) -> Result<Option<Days>, StoreError> {
    let read = |stored| {
        let days = place.number(column, stored)?;
        place.read(column, Days::new(days).ok_or(InvalidDays))
    };
    stored.map(read).transpose()
}
