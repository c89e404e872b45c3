//! A tenant's connection to Stripe by a restricted key, in a mode.

use crate::base::id::{ProbeCouponId, StripeAccountId, StripeEndpointId};
use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::key_permission::{ExcessPermission, KeyPermission};

/// The restricted key of a tenant in a mode, and what it has at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RestrictedKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The mode.
    pub mode: Mode,
    /// The key that is connected, if any.
    pub connected: Option<ConnectedKey>,
    /// A former key, whose webhook endpoint is still to be removed at Stripe.
    pub former: Option<FormerKey>,
    /// When a worker looks at the key again, for whatever is due then.
    pub due_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// A key that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConnectedKey {
    /// The account that the key belongs to.
    pub account: StripeAccountId,
    /// The key, sealed.
    pub sealed_key: Sealed,
    /// What people recognize the key by.
    pub hint: String,
    /// The webhook endpoint on the account.
    pub endpoint: OwnEndpoint,
    /// The permissions that the key holds and does not need.
    pub excess: Vec<ExcessPermission>,
    /// What the last probes said.
    pub health: KeyHealth,
    /// When the key was connected.
    pub connected_at: Timestamp,
}

/// A webhook endpoint that Mintage created on a seller's account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OwnEndpoint {
    /// The endpoint is still to be created or found.
    Pending,
    /// The account has as many endpoints as Stripe allows.
    NoRoom,
    /// The endpoint exists.
    Created {
        /// Stripe's id of the endpoint.
        id: StripeEndpointId,
        /// The signing secret, sealed.
        sealed_secret: Sealed,
    },
}

/// A key that is not connected any more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FormerKey {
    /// The key, sealed.
    pub sealed_key: Sealed,
    /// The webhook endpoint to remove; `None` if only its address is known.
    pub endpoint: Option<StripeEndpointId>,
    /// Until when the removal is tried.
    pub until: Timestamp,
}

/// Whether a key still does what it must.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyHealth {
    /// When the key was proved to need attention; `None` if it is well.
    pub since: Option<Timestamp>,
    /// The permissions that the key has lost.
    pub missing: Vec<KeyPermission>,
    /// Whether Stripe does not accept the key at all.
    pub is_refused: bool,
    /// When the key was probed last with a result.
    pub checked_at: Timestamp,
}

impl KeyHealth {
    /// A key that was just proved.
    pub fn proved(now: Timestamp) -> Self {
        Self {
            since: None,
            missing: Vec::new(),
            is_refused: false,
            checked_at: now,
        }
    }

    /// The state that sellers see.
    pub fn state(&self) -> &'static str {
        match self.since {
            None => "connected",
            Some(_) => "needs_attention",
        }
    }

    /// Whether a permission was held when the key was probed last.
    pub fn holds(&self, permission: KeyPermission) -> bool {
        !self.is_refused && !self.missing.contains(&permission)
    }
}

impl RestrictedKey {
    /// The row of a tenant that never connected a key in the mode.
    pub fn none(tenant: TenantId, mode: Mode) -> Self {
        Self {
            tenant,
            mode,
            connected: None,
            former: None,
            due_at: None,
            version: 0,
        }
    }

    /// The id to which the sealed values are bound.
    pub fn id(&self) -> String {
        id_of(&self.tenant, self.mode)
    }

    /// The account that the key is connected to.
    pub fn account(&self) -> Option<AccountRef> {
        let connected = self.connected.as_ref()?;
        Some(AccountRef {
            mode: self.mode,
            account: connected.account.clone(),
        })
    }
}

/// The id of the row of a tenant in a mode.
pub fn id_of(tenant: &TenantId, mode: Mode) -> String {
    format!("{tenant}/{mode}")
}

/// A coupon that proves a permission and is deleted at once. Its row is written before the coupon is created,
/// so that a coupon which a crash leaves at Stripe is found and deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProbeCoupon {
    /// The id of the coupon at Stripe.
    pub id: ProbeCouponId,
    /// The tenant whose key is probed.
    pub tenant: TenantId,
    /// The mode of the key.
    pub mode: Mode,
    /// The key that creates the coupon, sealed.
    pub sealed_key: Sealed,
    /// Whether the deletion was tried and failed, which sellers and the operator are told.
    pub is_orphan: bool,
    /// When the row was written.
    pub created_at: Timestamp,
    /// When a sweep tries to delete the coupon.
    pub retry_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// A text that has the form of a restricted key of a mode.
#[derive(Debug, Clone)]
pub struct KeyText(Secret);

/// Why a text is not accepted as a restricted key. The errors never repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyText {
    /// The text is another kind of key, or none.
    #[error(
        "this is not a restricted key: create one at Stripe, which begins with rk_, and never paste a \
         secret key"
    )]
    Kind,
    /// The key is of the other mode.
    #[error("this key is of the other mode")]
    Mode,
}

impl KeyText {
    /// The most characters of a key.
    const MAX: usize = 255;

    /// The fewest characters after the prefix.
    const MIN_RANDOM: usize = 8;

    /// Reads a key of a mode. Spaces around the key, which a clipboard may add, are dropped.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, InvalidKeyText> {
        let text = text.trim();
        let is_key = |of: Mode| {
            let prefix = format!("rk_{}_", of.key_infix());
            let random = text.strip_prefix(&prefix).unwrap_or_default();
            text.len() <= Self::MAX
                && random.len() >= Self::MIN_RANDOM
                && random
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        match Mode::ALL.into_iter().find(|of| is_key(*of)) {
            None => Err(InvalidKeyText::Kind),
            Some(of) if of != mode => Err(InvalidKeyText::Mode),
            Some(_) => Ok(Self(Secret::new(text))),
        }
    }

    /// The key in plain text.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The prefix and the last four characters: `rk_test_...abcd`.
    pub fn hint(&self) -> String {
        let text = self.0.expose();
        let (prefix, _) = text.split_at_checked("rk_test_".len()).unwrap_or_default();
        let tail: String = text.chars().skip(text.len().saturating_sub(4)).collect();
        format!("{prefix}...{tail}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn only_a_restricted_key_of_the_mode_is_accepted() {
        use InvalidKeyText::{Kind, Mode as OtherMode};
        for (text, in_sandbox, in_live) in [
            ("rk_test_51AbCdEf", None, Some(OtherMode)),
            ("rk_live_51AbCdEf", Some(OtherMode), None),
            (" rk_test_51AbCdEf\n", None, Some(OtherMode)),
            ("sk_test_51AbCdEf", Some(Kind), Some(Kind)),
            ("pk_live_51AbCdEf", Some(Kind), Some(Kind)),
            ("rk_prod_51AbCdEf", Some(Kind), Some(Kind)),
            ("rk_test_", Some(Kind), Some(Kind)),
            ("rk_test_short", Some(Kind), Some(Kind)),
            ("rk_test_51Ab CdEf", Some(Kind), Some(Kind)),
            ("rk_test_51Ab\u{e9}CdEf", Some(Kind), Some(Kind)),
            ("RK_TEST_51AbCdEf", Some(Kind), Some(Kind)),
            ("", Some(Kind), Some(Kind)),
        ] {
            let refused = |mode| KeyText::parse(text, mode).err();
            assert_eq!(refused(Mode::Sandbox), in_sandbox, "{text:?}");
            assert_eq!(refused(Mode::Live), in_live, "{text:?}");
        }
        let long = format!("rk_test_{}", "x".repeat(300));
        assert_eq!(KeyText::parse(&long, Mode::Sandbox).err(), Some(Kind));
    }

    #[test]
    fn a_hint_shows_the_prefix_and_four_characters() {
        let key = KeyText::parse("rk_live_51AbCdEfGhIj", Mode::Live).unwrap();
        assert_eq!(key.hint(), "rk_live_...GhIj");
        assert!(!format!("{key:?}").contains("51Ab"));
    }
}
