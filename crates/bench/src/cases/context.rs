//! What all calls have in common.

use std::rc::Rc;

use crate::cases::case::Tenants;
use crate::data::rows::Size;
use crate::data::sellers::Seller;
use crate::load::Sequence;

/// The sellers, the size of the data, and the numbers of a run.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) sellers: Rc<[Seller]>,
    pub(crate) size: Size,
    pub(crate) tenants: Tenants,
    pub(crate) sequence: Sequence,
}

impl Context {
    /// The number of the tenant that makes a call.
    pub(super) fn tenant(&self, number: u64) -> u64 {
        match self.tenants {
            Tenants::Spread => number % self.size.tenants,
            Tenants::Hot => 0,
        }
    }

    /// The seller who makes a call.
    pub(super) fn seller(&self, number: u64) -> &Seller {
        let place = usize::try_from(self.tenant(number)).unwrap_or_default();
        &self.sellers[place % self.sellers.len()]
    }

    /// The number of a license of that seller. All of the seller's licenses come in turn.
    pub(super) fn license(&self, number: u64) -> u64 {
        let Size { tenants, licenses } = self.size;
        let of_each = (licenses / tenants).max(1);
        let round = match self.tenants {
            Tenants::Spread => number / tenants,
            Tenants::Hot => number,
        };
        // A prime number of steps, so that neighbours in time are not neighbours in the table.
        (round.wrapping_mul(7_919) % of_each) * tenants + self.tenant(number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn context(tenants: Tenants) -> Context {
        Context {
            sellers: Rc::new([]),
            size: Size {
                tenants: 10,
                licenses: 200,
            },
            tenants,
            sequence: Sequence::new(0, u64::MAX),
        }
    }

    #[test]
    fn every_license_of_the_callers_is_used_once_before_any_is_used_again() {
        let all = context(Tenants::Spread);
        let used: BTreeSet<u64> = (0..200).map(|n| all.license(n)).collect();
        assert_eq!(used.len(), 200);
        for n in 0..200 {
            assert_eq!(all.license(n) % 10, all.tenant(n));
        }
        let one = context(Tenants::Hot);
        let used: BTreeSet<u64> = (0..20).map(|n| one.license(n)).collect();
        assert_eq!(used.len(), 20);
        assert!(used.iter().all(|license| license % 10 == 0));
    }
}
