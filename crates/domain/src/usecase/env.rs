//! The environment of use cases besides a store: the clock, randomness and the master keys.

use crate::base::id::{AuditId, CommitId};
use crate::base::seal::{KeyRing, OpenError, Opened, SealContext, Sealed};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::model::sellers::audit::{Actor, AuditEntry, Origin};
use crate::ports::{Clock, Entropy};

/// A kind of object and its secret field, to which a sealed value is bound together with the
/// object's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedField {
    kind: &'static str,
    field: &'static str,
}

impl SealedField {
    /// The secret for the checksums of a product's license keys; bound to `tenant/product`.
    pub const PRODUCT_KEY_SECRET: Self = Self::new("product", "key-secret");
    /// The key of a license; bound to the license id.
    pub const LICENSE_KEY: Self = Self::new("license", "key");
    /// The secret of an API key; bound to the API key id.
    pub const API_KEY_SECRET: Self = Self::new("api-key", "secret");
    /// The signing secret of a webhook endpoint; bound to the key of the endpoint's lane.
    pub const ENDPOINT_SECRET: Self = Self::new("endpoint", "secret");
    /// The signing secret of a manual endpoint; bound to `tenant/mode`.
    pub const MANUAL_SECRET: Self = Self::new("manual-endpoint", "secret");
    /// The Stripe key of a product; bound to `tenant/product`.
    pub const PRODUCT_STRIPE_KEY: Self = Self::new("product", "stripe-key");
    /// The body of a delivery; bound to the id of the event.
    pub const DELIVERY_BODY: Self = Self::new("delivery", "body");
    /// A known text that proves a master key; bound to the id of the key.
    pub const CANARY: Self = Self::new("master-key", "canary");

    const fn new(kind: &'static str, field: &'static str) -> Self {
        Self { kind, field }
    }

    fn of(self, id: &str) -> SealContext<'_> {
        SealContext {
            kind: self.kind,
            id,
            field: self.field,
        }
    }
}

/// The environment of a use case.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The source of time.
    pub clock: &'a dyn Clock,
    /// The source of randomness.
    pub entropy: &'a dyn Entropy,
    /// The master keys that seal secrets.
    pub keys: &'a KeyRing,
    /// The request that is decided, for the audit trail; `None` for commands and background tasks.
    pub origin: Option<&'a Origin>,
}

impl Env<'_> {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Generates `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// Seals a secret of the object with this id, under a new nonce.
    pub fn seal(&self, field: SealedField, id: &str, secret: &[u8]) -> Sealed {
        self.keys.seal(self.random(), &field.of(id), secret)
    }

    /// Opens a secret of the object with this id.
    pub fn open(&self, field: SealedField, id: &str, sealed: &Sealed) -> Result<Opened, OpenError> {
        self.keys.open(&field.of(id), sealed)
    }

    /// Empty changes at `now`, with a new commit id.
    pub fn changes(&self, now: Timestamp) -> Changes {
        Changes::new(CommitId::new(now, self.random()), now)
    }

    /// An audit entry with a new id.
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
            action: action.into(),
            target: target.into(),
            origin: self.origin.cloned(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;
    use crate::base::seal::MasterKey;

    /// A clock that does not move, and random bytes from a counter.
    struct FixedEnv(AtomicU8);

    impl Clock for FixedEnv {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }
    }

    impl Entropy for FixedEnv {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn with_env(test: impl FnOnce(&Env<'_>)) {
        let fixed = FixedEnv(AtomicU8::new(1));
        let key = MasterKey::parse(&"5a".repeat(32)).unwrap();
        test(&Env {
            clock: &fixed,
            entropy: &fixed,
            keys: &KeyRing::new(key, Vec::new()).unwrap(),
            origin: None,
        });
    }

    #[test]
    fn a_secret_opens_as_what_it_was_sealed_as_and_nothing_else() {
        let fields = [
            SealedField::PRODUCT_KEY_SECRET,
            SealedField::LICENSE_KEY,
            SealedField::API_KEY_SECRET,
            SealedField::ENDPOINT_SECRET,
            SealedField::MANUAL_SECRET,
            SealedField::PRODUCT_STRIPE_KEY,
            SealedField::DELIVERY_BODY,
        ];
        with_env(|env| {
            for sealed_as in fields {
                let sealed = env.seal(sealed_as, "one", b"open sesame");
                for opened_as in fields {
                    let opens = env.open(opened_as, "one", &sealed).is_ok();
                    assert_eq!(opens, opened_as == sealed_as, "{opened_as:?}");
                }
                assert!(env.open(sealed_as, "another", &sealed).is_err());
            }
        });
    }

    #[test]
    fn each_seal_has_a_nonce_of_its_own() {
        with_env(|env| {
            let seal = || env.seal(SealedField::LICENSE_KEY, "one", b"open sesame");
            assert_ne!(seal(), seal());
        });
    }

    #[test]
    fn each_commit_and_each_entry_has_an_id_of_its_own() {
        with_env(|env| {
            let now = env.now();
            assert_ne!(env.changes(now).id, env.changes(now).id);
            let tenant = TenantId::parse("acme").unwrap();
            let entry = || env.audit(&tenant, now, Actor::System, "license.minted", "lic_1");
            let (one, two) = (entry(), entry());
            assert_ne!(one.id, two.id);
            assert_eq!((one.at, one.target.as_str()), (now, "lic_1"));
        });
    }
}
