//! Manual endpoints: a seller adds an endpoint of this server at Stripe by hand, and gives its signing
//! secret to this server.

use std::time::Duration;

use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;

/// How long the secret before the current one is still accepted.
pub const OVERLAP: Duration = Duration::from_hours(24);

/// A tenant's manual endpoint in a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ManualEndpoint {
    /// The tenant.
    pub tenant: TenantId,
    /// The mode of the events.
    pub mode: Mode,
    /// The signing secret, sealed; erased if the endpoint was removed.
    pub sealed_secret: Sealed,
    /// What the seller knows the secret by.
    pub hint: String,
    /// The secret before the current one, sealed, and until when it is accepted.
    pub old_secret: Option<(Sealed, Timestamp)>,
    /// When the secret was set.
    pub set_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl ManualEndpoint {
    /// The id to which the secrets of an endpoint are bound.
    pub fn sealed_id(tenant: &TenantId, mode: Mode) -> String {
        format!("{tenant}/{mode}")
    }

    /// Whether the endpoint was removed.
    pub const fn is_removed(&self) -> bool {
        self.sealed_secret.is_erased()
    }

    /// Replaces the secret. The one before is accepted for [`OVERLAP`].
    pub fn rotate(&mut self, new: Sealed, hint: String, now: Timestamp) {
        let old = std::mem::replace(&mut self.sealed_secret, new);
        self.old_secret = (!old.is_erased()).then(|| (old, now.plus(OVERLAP)));
        self.hint = hint;
        self.set_at = now;
    }

    /// Removes the endpoint with its secrets.
    pub fn remove(&mut self) {
        self.sealed_secret.erase();
        self.old_secret = None;
        self.hint.clear();
    }

    /// The sealed secrets that are accepted, the newest first.
    pub fn accepted(&self, now: Timestamp) -> impl Iterator<Item = &Sealed> {
        let current = (!self.is_removed()).then_some(&self.sealed_secret);
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until);
        current.into_iter().chain(old.map(|(sealed, _)| sealed))
    }
}

/// The signing secret that Stripe shows for an endpoint: `whsec_` and up to 249 characters.
#[derive(Debug, Clone)]
pub struct SigningSecret(Secret);

/// The text is not a signing secret. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the signing secret of the endpoint as Stripe shows it: whsec_...")]
pub struct InvalidSigningSecret;

impl SigningSecret {
    const PREFIX: &'static str = "whsec_";

    /// Reads a secret.
    pub fn parse(text: &str) -> Result<Self, InvalidSigningSecret> {
        let tail = text.strip_prefix(Self::PREFIX).unwrap_or_default();
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b);
        if (8..=249).contains(&tail.len()) && tail.bytes().all(is_plain) {
            Ok(Self(Secret::new(text)))
        } else {
            Err(InvalidSigningSecret)
        }
    }

    /// The secret.
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// The beginning and the last four characters, by which the seller knows the secret.
    pub fn hint(&self) -> String {
        let text = self.0.expose();
        let end = text.get(text.len().saturating_sub(4)..).unwrap_or_default();
        format!("{}...{end}", Self::PREFIX)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_signing_secret_is_what_stripe_shows_and_never_printed() {
        let secret = SigningSecret::parse("whsec_0123456789abcdef").unwrap();
        assert_eq!(secret.hint(), "whsec_...cdef");
        assert!(!format!("{secret:?}").contains("0123"));
        let longest = format!("whsec_{}", "x".repeat(249));
        assert!(SigningSecret::parse(&longest).is_ok());
        for text in [
            "",
            "whsec_",
            "whsec_short",
            "sk_test_0123456789abcdef",
            "WHSEC_0123456789abcdef",
            "whsec_0123456789 abcdef",
            "whsec_0123456789é",
            &format!("{longest}x"),
        ] {
            assert!(SigningSecret::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_secret_before_is_accepted_for_a_day_unless_the_endpoint_is_removed() {
        let sealed = |byte: u8| Sealed::from_bytes(&[1, 1, b'k', byte]).unwrap();
        let now = Timestamp::EPOCH;
        let mut endpoint = ManualEndpoint {
            tenant: TenantId::parse("acme").unwrap(),
            mode: Mode::Live,
            sealed_secret: sealed(1),
            hint: String::new(),
            old_secret: None,
            set_at: now,
            version: 1,
        };
        endpoint.rotate(sealed(2), "whsec_...2222".to_owned(), now);
        let accepted =
            |it: &ManualEndpoint, at: Timestamp| it.accepted(at).cloned().collect::<Vec<_>>();
        assert_eq!(accepted(&endpoint, now), [sealed(2), sealed(1)]);
        assert_eq!(accepted(&endpoint, now.plus(OVERLAP)), [sealed(2)]);
        endpoint.rotate(sealed(3), String::new(), now);
        assert_eq!(accepted(&endpoint, now), [sealed(3), sealed(2)]);
        endpoint.remove();
        assert!(endpoint.is_removed() && accepted(&endpoint, now).is_empty());
        endpoint.rotate(sealed(4), String::new(), now);
        assert_eq!(
            accepted(&endpoint, now),
            [sealed(4)],
            "nothing is left of those before"
        );
    }
}
