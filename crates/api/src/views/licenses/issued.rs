//! The view of an issued license.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::usecase::licenses::issue::Issued;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// An issued license with the license key in the clear.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedLicense<'a> {
    #[schema(value_type = schema::LicenseId)]
    id: &'a LicenseId,
    /// The license key, for the buyer.
    key: &'a str,
    #[schema(value_type = schema::LicenseStatus)]
    status: &'static str,
    /// `null` for a license that never expires.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    customer: CustomerRef<'a>,
}

impl<'a> IssuedLicense<'a> {
    pub(crate) fn of(issued: &'a Issued, now: Timestamp) -> Self {
        let license = &issued.license;
        Self {
            id: &license.id,
            key: issued.key.expose(),
            status: license.state(now).as_str(),
            expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
            customer: CustomerRef {
                id: &license.customer,
                email: &issued.email,
            },
        }
    }
}

/// The customer of a license.
#[derive(Serialize, ToSchema)]
struct CustomerRef<'a> {
    #[schema(value_type = schema::CustomerId)]
    id: &'a CustomerId,
    #[schema(value_type = schema::Email)]
    email: &'a Email,
}
