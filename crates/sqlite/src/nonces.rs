//! The nonces of the one process, in memory.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::StoreError;

use crate::journal::{Journal, Mark};

/// Nonces that were used and have not expired, no more than a given number of them.
#[derive(Debug)]
pub(crate) struct Nonces {
    used: HashSet<u128>,
    by_expiry: BTreeMap<i64, Vec<u128>>,
    most: usize,
    /// Where the marks are kept for the next process; `None` for a store that answers no signed call.
    journal: Option<Journal>,
}

impl Nonces {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            used: HashSet::new(),
            by_expiry: BTreeMap::new(),
            most,
            journal: None,
        }
    }

    /// The nonces that the processes before have kept beside a database, and those to come.
    pub(crate) fn kept(most: usize, database: &Path) -> io::Result<Self> {
        let (journal, marks) = Journal::open(database)?;
        let mut nonces = Self::new(most);
        for mark in marks {
            nonces.remember(mark);
        }
        nonces.journal = Some(journal);
        Ok(nonces)
    }

    fn remember(&mut self, (mark, expires_at): Mark) {
        if self.used.insert(mark) {
            self.by_expiry.entry(expires_at).or_default().push(mark);
        }
    }

    /// Uses a nonce up. Says whether it was fresh.
    pub(crate) fn take(&mut self, nonce: &Nonce) -> Result<bool, StoreError> {
        let mark = mark(nonce);
        if self.used.contains(&mark) {
            return Ok(false);
        }
        if self.used.len() >= self.most {
            let most = self.most;
            return Err(StoreError::Unavailable(format!(
                "{most} signatures are in use, and no more can be remembered"
            )));
        }
        let mark = (mark, nonce.expires_at.as_micros());
        if let Some(journal) = &mut self.journal {
            let kept = journal.append(mark);
            kept.map_err(|error| {
                StoreError::Unavailable(format!("a signature is not kept: {error}"))
            })?;
        }
        self.remember(mark);
        Ok(true)
    }

    /// Whether a nonce was used, and has not been forgotten.
    pub(crate) fn is_used(&self, nonce: &Nonce) -> bool {
        self.used.contains(&mark(nonce))
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
        if let Some(journal) = &mut self.journal {
            // What is left is deleted by the next step.
            let _ = journal.prune(now.as_micros());
        }
        gone
    }
}

/// 128 bits of a hash of the key and its signature, the same in every process.
fn mark(nonce: &Nonce) -> u128 {
    let whole = [nonce.key.as_str().as_bytes(), &nonce.signature].concat();
    let hash = SecretHash::of_bytes(&whole);
    let (half, _) = hash.as_bytes().split_at(16);
    half.iter()
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use mintage_domain::base::id::ApiKeyId;

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
