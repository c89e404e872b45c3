//! Scopes of signing API keys, and the permissions that calls require.

use crate::base::text_enum::text_enum;

text_enum! {
    /// What a signing API key may do.
    pub enum Scope {
        /// Every call.
        Full = "FULL",
        /// Issue licenses, but not list or change them.
        IssueOnly = "ISSUE_ONLY",
        /// Validate, activate, deactivate and heartbeat, but not issue.
        ValidateOnly = "VALIDATE_ONLY",
        /// List, but not change.
        ReadOnly = "READ_ONLY",
    }

    /// The text is not a scope.
    #[error("unknown scope; it is one of FULL, ISSUE_ONLY, VALIDATE_ONLY, READ_ONLY, PUBLISHABLE")]
    pub struct UnknownScope;
}

/// The permission that a call requires of its API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Issue a license.
    Issue,
    /// Validate a license key.
    Validate,
    /// Activate a license on a device.
    Activate,
    /// Send a heartbeat for the activation of a device whose fingerprint the caller presents, or
    /// deactivate it.
    ManageDevice,
    /// Deactivate any activation of a license, by the id of the activation.
    ManageActivations,
    /// List licenses and other objects.
    Read,
}

impl Scope {
    /// Whether the scope includes a permission.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::{Activate, Issue, ManageActivations, ManageDevice, Read, Validate};
        match self {
            Self::Full => true,
            Self::IssueOnly => matches!(permission, Issue),
            Self::ValidateOnly => matches!(
                permission,
                Validate | Activate | ManageDevice | ManageActivations
            ),
            Self::ReadOnly => matches!(permission, Read),
        }
    }
}
