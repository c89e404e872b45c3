//! Restricted keys that need attention, and the coupons that their probes left at Stripe.

use mintage_domain::model::stripe::restricted_key::RestrictedKey;
use mintage_domain::ports::{Store, StoreError};

use super::check::Check;
use super::report::{Finding, Report};

/// The most keys and coupons that are named.
const MAX_NAMED: usize = 100;

/// Checks the keys of all tenants, as the daily probes found them.
pub(super) fn check(report: &mut Report, store: &dyn Store) -> Result<(), StoreError> {
    for key in store.unhealthy_keys(MAX_NAMED)? {
        let finding = Finding::failed(
            Check::RestrictedKeys,
            format_args!("the restricted key needs attention: {}", complaint(&key)),
            "The seller adds the permissions to the key at Stripe, or connects another key with \
             `PUT /v1/integrations/stripe/restricted-key`. What was sold meanwhile is minted then.",
        );
        report.add(finding.in_mode(key.mode).of(&key.tenant));
    }
    for coupon in store.orphan_coupons(None, MAX_NAMED)? {
        let finding = Finding::warning(
            Check::ProbeCoupons,
            format_args!(
                "the coupon {} of a permission check is left at Stripe",
                coupon.id
            ),
            "The server deletes it by itself; if it is still named in an hour, delete it at Stripe.",
        );
        report.add(finding.in_mode(coupon.mode).of(&coupon.tenant));
    }
    report.ok_if_clean(
        Check::RestrictedKeys,
        format_args!("every restricted key has its permissions"),
    );
    report.ok_if_clean(
        Check::ProbeCoupons,
        format_args!("no probe left a coupon at Stripe"),
    );
    Ok(())
}

/// What is wrong with a key.
fn complaint(key: &RestrictedKey) -> String {
    let health = key.connected.as_ref().map(|connected| &connected.health);
    match health.map(|health| health.missing.as_slice()) {
        None | Some([]) => "Stripe does not accept it".to_owned(),
        Some(missing) => {
            let rows: Vec<&str> = missing.iter().map(|it| it.row_name()).collect();
            format!("it lacks {}", rows.join(", "))
        }
    }
}
