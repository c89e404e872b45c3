//! Probing a key.

use mintage_domain::base::id::ProbeCouponId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::ports::{KeyAccount, RestrictedStripeError};

use crate::contracts::restricted_stripe::harness::RestrictedStripeHarness;

fn coupon(n: u8) -> ProbeCouponId {
    ProbeCouponId::new(Timestamp::EPOCH, [n; 10])
}

/// The probe of a permission succeeds with a key that holds it, and names it with a key that does not.
pub fn a_probe_says_whether_the_permission_is_held(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    for mode in Mode::ALL {
        let none = harness.key(mode, &[]);
        for permission in KeyPermission::ALL {
            let held = harness.key(mode, &[permission]);
            assert_eq!(
                stripe.probe(&held, permission, "x1"),
                Ok(()),
                "{permission}"
            );
            let denied = stripe.probe(&none, permission, "x1");
            let expected = RestrictedStripeError::Denied {
                permission: Some(permission.as_str().to_owned()),
                account: Some(harness.account()),
            };
            assert_eq!(denied, Err(expected), "{permission}");
        }
    }
}

/// A key that is revoked is a bad key for every call, and never one that lacks a permission.
pub fn a_missing_permission_is_told_from_a_bad_key(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    let key = harness.key(Mode::Sandbox, &KeyPermission::ALL);
    harness.revoke(&key);
    let bad = || Err(RestrictedStripeError::BadKey);
    for permission in KeyPermission::ALL {
        assert_eq!(stripe.probe(&key, permission, "x1"), bad(), "{permission}");
    }
    assert_eq!(stripe.create_probe_coupon(&key, &coupon(1)), bad());
    assert_eq!(stripe.delete_probe_coupon(&key, &coupon(1)), bad());
    assert!(matches!(
        stripe.account_of(&key),
        Err(RestrictedStripeError::BadKey)
    ));
}

/// A key that may not read its account learns the id of the account.
pub fn a_key_learns_its_account(harness: &dyn RestrictedStripeHarness) {
    let key = harness.key(Mode::Sandbox, &KeyPermission::ALL);
    let account = KeyAccount {
        id: harness.account(),
        is_readable: false,
    };
    assert_eq!(harness.stripe().account_of(&key), Ok(account));
}

/// A key with the eight permissions holds none of those that are probed for to warn.
pub fn the_eight_permissions_are_no_excess(harness: &dyn RestrictedStripeHarness) {
    let key = harness.key(Mode::Sandbox, &KeyPermission::ALL);
    for permission in ExcessPermission::ALL {
        let probed = harness.stripe().probe_excess(&key, permission, "x1");
        assert!(probed.is_err(), "{permission}");
    }
}

/// The coupon of a probe is created once however often it is asked for, needs the permission, and is deleted once.
pub fn deleting_what_is_gone_succeeds(harness: &dyn RestrictedStripeHarness) {
    let stripe = harness.stripe();
    let key = harness.key(Mode::Sandbox, &[KeyPermission::Coupons]);
    for _ in 0..2 {
        assert_eq!(stripe.create_probe_coupon(&key, &coupon(1)), Ok(()));
    }
    for _ in 0..2 {
        assert_eq!(stripe.delete_probe_coupon(&key, &coupon(1)), Ok(()));
    }
    let none = harness.key(Mode::Sandbox, &[]);
    for denied in [
        stripe.create_probe_coupon(&none, &coupon(2)),
        stripe.delete_probe_coupon(&none, &coupon(2)),
    ] {
        assert!(
            matches!(denied, Err(RestrictedStripeError::Denied { .. })),
            "{denied:?}"
        );
    }
}
