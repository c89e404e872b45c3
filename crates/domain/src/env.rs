//! What every use case needs besides a store: the time, randomness, and the keys that seal.

use crate::audit::{Actor, AuditEntry};
use crate::changes::Changes;
use crate::id::{AuditId, CommitId};
use crate::ports::{Clock, Entropy};
use crate::seal::{KeyRing, SealContext, Sealed};
use crate::slug::TenantId;
use crate::time::Timestamp;

/// The surroundings of a decision.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Where randomness comes from.
    pub entropy: &'a dyn Entropy,
    /// What seals secrets.
    pub keys: &'a KeyRing,
}

impl Env<'_> {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// Seals a secret under a fresh nonce.
    pub fn seal(&self, context: &SealContext<'_>, secret: &[u8]) -> Sealed {
        self.keys.seal(self.random(), context, secret)
    }

    /// An empty set of changes at `now`.
    pub fn changes(&self, now: Timestamp) -> Changes {
        Changes::new(CommitId::new(now, self.random()), now)
    }

    /// An audit entry.
    pub fn audit(
        &self,
        tenant: &TenantId,
        at: Timestamp,
        actor: Actor,
        action: &'static str,
        target: impl Into<String>,
    ) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(at, self.random()),
            tenant: tenant.clone(),
            at,
            actor,
            action,
            target: target.into(),
        }
    }
}
