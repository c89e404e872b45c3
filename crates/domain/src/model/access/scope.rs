//! What calls ask of API keys, and what keys that sign may do.

/// What an API key that signs may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything.
    Full,
    /// Mint; not list or change.
    IssueOnly,
    /// Validate, activate, deactivate, heartbeat; not mint.
    ValidateOnly,
    /// List; not change.
    ReadOnly,
}

/// What a call asks of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Mint a license.
    Issue,
    /// Ask whether a license is good.
    Validate,
    /// Take a slot of a license for a device.
    Activate,
    /// Say that a device is still there, or give its slot back.
    TendDevices,
    /// List.
    Read,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope; it is one of FULL, ISSUE_ONLY, VALIDATE_ONLY, READ_ONLY, PUBLISHABLE")]
pub struct UnknownScope;

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 4] = [
        Self::Full,
        Self::IssueOnly,
        Self::ValidateOnly,
        Self::ReadOnly,
    ];

    /// The scope as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::IssueOnly => "ISSUE_ONLY",
            Self::ValidateOnly => "VALIDATE_ONLY",
            Self::ReadOnly => "READ_ONLY",
        }
    }

    /// Reads a scope.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }

    /// Whether it allows what a call asks.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::{Activate, Issue, Read, TendDevices, Validate};
        match self {
            Self::Full => true,
            Self::IssueOnly => matches!(permission, Issue),
            Self::ValidateOnly => matches!(permission, Validate | Activate | TendDevices),
            Self::ReadOnly => matches!(permission, Read),
        }
    }
}
