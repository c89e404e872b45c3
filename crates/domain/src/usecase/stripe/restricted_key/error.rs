//! Why a restricted key was not connected or disconnected.

use crate::model::sellers::tenant::TenantSuspended;
use crate::model::stripe::key_permission::KeyPermission;
use crate::model::stripe::restricted_key::InvalidKeyText;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a restricted key was not connected or disconnected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestrictedKeyError {
    /// The tenant does not exist, or has no key in the mode.
    #[error("not found")]
    NotFound,
    /// The tenant is suspended or erased.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The text is no restricted key of the mode.
    #[error(transparent)]
    Key(#[from] InvalidKeyText),
    /// The key lacks permissions.
    #[error("the key lacks permissions: edit it at Stripe, add them, and connect it again")]
    PermissionsMissing(Vec<KeyPermission>),
    /// Stripe does not accept the key.
    #[error("Stripe does not accept the key: it is revoked, expired or mistyped")]
    KeyInvalid,
    /// The account belongs to another tenant.
    #[error("this Stripe account is connected to another seller here")]
    AccountTaken,
    /// Stripe did not answer whether the key holds every permission.
    #[error("Stripe did not answer all questions about the key; try again")]
    Undetermined,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(RestrictedKeyError);
