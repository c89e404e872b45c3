//! Licenses as validation reads them.

use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::ports::{KeyQuery, KnownLicense, StoreError};

use super::license::{LicenseRow, license_record};
use crate::place::Place;

/// A license with what a validation returns beside it: its customer's address and external id, the
/// session of its order, the name of its key type, and the number of its active devices.
pub(crate) type KnownLicenseRow = (
    LicenseRow,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

/// Reads a license as validation finds it. Of a license that never had a device nothing is counted.
fn known_license(
    (license, email, external_id, session, plan, activations): KnownLicenseRow,
) -> Result<KnownLicense, StoreError> {
    let id = license.id().to_owned();
    let key = [id.as_str()];
    let place = Place::of("licenses", &key);
    let plan = plan.ok_or_else(|| place.wrong("key_type", "there is no such key type"))?;
    Ok(KnownLicense {
        record: license_record((license, email, external_id, session))?,
        plan: place.read("key_types.display_name", DisplayName::parse(&plan))?,
        activations: place.number("counters.value", activations.unwrap_or_default())?,
    })
}

/// A license that was found by the hash of its key, or why its row makes no sense.
pub(crate) struct Found {
    key_hash: Vec<u8>,
    license: Result<KnownLicense, StoreError>,
}

impl Found {
    /// Reads a row.
    pub(crate) fn new(row: KnownLicenseRow) -> Self {
        Self {
            key_hash: row.0.key_hash().to_vec(),
            license: known_license(row),
        }
    }
}

/// Of the licenses that were found, the one that is asked for: by the first of the hashes that
/// any license has.
pub(crate) fn answer(
    query: &KeyQuery,
    found: &[Found],
) -> Result<Option<KnownLicense>, StoreError> {
    for hash in &query.hashes {
        for found in found.iter().filter(|it| it.key_hash == hash.as_bytes()) {
            let known = found.license.as_ref().map_err(Clone::clone)?;
            let license = &known.record.license;
            if license.tenant == query.tenant
                && license.mode == query.mode
                && license.product == query.product
            {
                return Ok(Some(known.clone()));
            }
        }
    }
    Ok(None)
}
