//! The nonces of the one process, in memory.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::StoreError;

/// Nonces that were used and have not expired, no more than a given number of them.
#[derive(Debug)]
pub(crate) struct Nonces {
    used: HashSet<u128>,
    by_expiry: BTreeMap<i64, Vec<u128>>,
    most: usize,
    of_keys: RandomState,
}

impl Nonces {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            used: HashSet::new(),
            by_expiry: BTreeMap::new(),
            most,
            of_keys: RandomState::new(),
        }
    }

    /// Uses a nonce up. Says whether it was fresh.
    pub(crate) fn take(&mut self, nonce: &Nonce) -> Result<bool, StoreError> {
        let mark = self.mark(&nonce.key, &nonce.signature);
        if self.used.contains(&mark) {
            return Ok(false);
        }
        if self.used.len() >= self.most {
            let most = self.most;
            return Err(StoreError::Unavailable(format!(
                "{most} signatures are in use, and no more can be remembered"
            )));
        }
        self.used.insert(mark);
        let expires_at = nonce.expires_at.as_micros();
        self.by_expiry.entry(expires_at).or_default().push(mark);
        Ok(true)
    }

    /// Whether a nonce was used, and has not been forgotten.
    pub(crate) fn is_used(&self, nonce: &Nonce) -> bool {
        self.used.contains(&self.mark(&nonce.key, &nonce.signature))
    }

    /// How many nonces have expired at `now` and are not forgotten.
    pub(crate) fn count_expired(&self, now: Timestamp) -> u64 {
        let expired = self.by_expiry.range(..=now.as_micros());
        expired.map(|(_, marks)| marks.len() as u64).sum()
    }

    /// Forgets up to `n` nonces that have expired at `now`.
    pub(crate) fn prune(&mut self, now: Timestamp, n: usize) -> usize {
        let mut gone = 0;
        while gone < n
            && let Some(mut oldest) = self.by_expiry.first_entry()
            && *oldest.key() <= now.as_micros()
        {
            let marks = oldest.get_mut();
            let kept = marks.len().saturating_sub(n - gone);
            for mark in marks.split_off(kept) {
                self.used.remove(&mark);
                gone += 1;
            }
            if kept == 0 {
                oldest.remove();
            }
        }
        gone
    }

    /// 128 bits of a hash that nobody can choose without the key's secret, and which key it was.
    fn mark(&self, key: &ApiKeyId, signature: &[u8; 32]) -> u128 {
        let (half, _) = signature.split_at(16);
        let half = half
            .iter()
            .fold(0, |bits, byte| bits << 8 | u128::from(*byte));
        half ^ u128::from(self.of_keys.hash_one(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(key: &str, signature: u8, expires_at: i64) -> Nonce {
        Nonce {
            key: ApiKeyId::parse(key).expect("an id"),
            signature: [signature; 32],
            expires_at: Timestamp::from_micros(expires_at),
        }
    }

    #[test]
    fn a_nonce_is_fresh_once_for_each_key() {
        let mut nonces = Nonces::new(10);
        assert_eq!(nonces.take(&nonce("ak_live_a", 1, 5)), Ok(true));
        assert_eq!(nonces.take(&nonce("ak_live_a", 1, 6)), Ok(false));
        assert_eq!(nonces.take(&nonce("ak_live_b", 1, 5)), Ok(true));
        assert_eq!(nonces.take(&nonce("ak_live_a", 2, 5)), Ok(true));
    }

    #[test]
    fn when_full_it_refuses_rather_than_forgets() {
        let mut nonces = Nonces::new(2);
        for signature in [1, 2] {
            assert_eq!(nonces.take(&nonce("ak_live_a", signature, 5)), Ok(true));
        }
        let third = nonce("ak_live_a", 3, 9);
        assert!(matches!(
            nonces.take(&third),
            Err(StoreError::Unavailable(_))
        ));
        assert_eq!(
            nonces.prune(Timestamp::from_micros(4), 9),
            0,
            "none expired"
        );
        assert_eq!(
            nonces.prune(Timestamp::from_micros(5), 1),
            1,
            "a small step"
        );
        assert_eq!(nonces.take(&third), Ok(true));
        assert_eq!(nonces.prune(Timestamp::from_micros(5), 9), 1);
    }
}
