//! What the probes of a restricted key say about its permissions.

use crate::base::id::StripeAccountId;
use crate::model::stripe::key_permission::{ExcessPermission, KeyPermission};

/// The number of permissions that a key needs.
pub const NEEDED: usize = KeyPermission::ALL.len();

/// What one probe says about its permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// Stripe made the call, or refused it only because its object does not exist.
    Granted,
    /// Stripe refused the call for want of the permission.
    Missing,
    /// Stripe does not accept the key at all.
    BadKey,
    /// Stripe did not answer the question. This is never taken for granted.
    Undetermined,
}

/// What became of the coupon that the probe of coupons creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponFate {
    /// Stripe has no such coupon: it was not created, or was deleted again.
    Gone,
    /// The coupon is at Stripe, since its deletion failed.
    Left,
    /// It is unknown whether Stripe created the coupon.
    Unknown,
}

/// What all probes of a key say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProof {
    /// The account that the key belongs to, if Stripe named it.
    pub account: Option<StripeAccountId>,
    /// The outcomes, in the order of [`KeyPermission::ALL`].
    pub outcomes: [ProbeOutcome; NEEDED],
    /// The permissions that the key holds and does not need, as far as they were probed for.
    pub excess: Vec<ExcessPermission>,
    /// What became of the coupon.
    pub coupon: CouponFate,
}

/// The verdict on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyVerdict {
    /// The key holds every permission that it needs.
    Granted,
    /// The key lacks these permissions, and perhaps others whose probes are undetermined.
    Missing(Vec<KeyPermission>),
    /// No permission is known to be missing, and these are undetermined.
    Undetermined(Vec<KeyPermission>),
    /// Stripe does not accept the key.
    BadKey,
}

/// The verdict that follows from the outcomes of the probes.
pub fn verdict(outcomes: &[ProbeOutcome; NEEDED]) -> KeyVerdict {
    let with = |outcome| -> Vec<KeyPermission> {
        let all = KeyPermission::ALL.into_iter().zip(outcomes);
        all.filter(|(_, each)| **each == outcome)
            .map(|(permission, _)| permission)
            .collect()
    };
    if outcomes.contains(&ProbeOutcome::BadKey) {
        return KeyVerdict::BadKey;
    }
    let missing = with(ProbeOutcome::Missing);
    if !missing.is_empty() {
        return KeyVerdict::Missing(missing);
    }
    let undetermined = with(ProbeOutcome::Undetermined);
    if undetermined.is_empty() {
        KeyVerdict::Granted
    } else {
        KeyVerdict::Undetermined(undetermined)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use ProbeOutcome::{BadKey, Granted, Missing, Undetermined};

    #[test]
    fn each_of_the_256_subsets_lists_exactly_what_is_missing() {
        for subset in 0..=u8::MAX {
            let is_held = |n: usize| subset & (1 << n) != 0;
            let outcomes = std::array::from_fn(|n| if is_held(n) { Granted } else { Missing });
            let numbered = KeyPermission::ALL.into_iter().enumerate();
            let missing: Vec<_> = numbered
                .filter(|(n, _)| !is_held(*n))
                .map(|(_, permission)| permission)
                .collect();
            let expected = if missing.is_empty() {
                KeyVerdict::Granted
            } else {
                KeyVerdict::Missing(missing)
            };
            assert_eq!(verdict(&outcomes), expected, "{subset:08b}");
        }
    }

    proptest! {
        #[test]
        fn what_is_undetermined_is_never_granted_and_hides_nothing_that_is_missing(
            outcomes in prop::array::uniform8(select(vec![Granted, Missing, BadKey, Undetermined])),
        ) {
            let with = |outcome| -> Vec<_> {
                let all = KeyPermission::ALL.into_iter().zip(outcomes);
                all.filter(|(_, it)| *it == outcome).map(|(permission, _)| permission).collect()
            };
            match verdict(&outcomes) {
                KeyVerdict::Granted => prop_assert_eq!(with(Granted).len(), NEEDED),
                KeyVerdict::Missing(missing) => {
                    prop_assert_eq!(&missing, &with(Missing));
                    prop_assert!(!missing.is_empty() && with(BadKey).is_empty());
                }
                KeyVerdict::Undetermined(open) => {
                    prop_assert_eq!(&open, &with(Undetermined));
                    prop_assert!(with(Missing).is_empty() && with(BadKey).is_empty());
                }
                KeyVerdict::BadKey => prop_assert!(!with(BadKey).is_empty()),
            }
        }
    }
}
