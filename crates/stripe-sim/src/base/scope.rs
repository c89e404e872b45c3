use crate::base::mode::Mode;

/// An account in one mode. Every API object belongs to exactly one scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) mode: Mode,
}

impl Scope {
    pub(crate) fn new(account: impl Into<String>, mode: Mode) -> Self {
        Self {
            account: account.into(),
            mode,
        }
    }

    /// The same account in the other mode.
    pub(crate) fn in_other_mode(&self) -> Self {
        Self::new(&self.account, self.mode.other())
    }
}
