//! A tenant's OAuth connection to Stripe, and the transitions between its modes.

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::secret::SecretHash;
use crate::base::slug::TenantId;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::mode_change::{ModeCommand, ModeError, next};

/// The Stripe account that a tenant sells on, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Connection {
    /// The tenant that is connected.
    pub tenant: TenantId,
    /// The connected account and its mode.
    pub state: ConnectionState,
    /// The hash of the key that authenticates the seller's backend at checkout. The key outlives a
    /// disconnect, so that its holder gets the error "not connected" and not "wrong key".
    pub checkout_key: Option<SecretHash>,
    /// Former accounts whose grants are still to be revoked at Stripe.
    pub retiring: Vec<AccountRef>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// The state of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ConnectionState {
    /// No account is connected.
    Disconnected,
    /// An account is connected in sandbox mode.
    Sandbox(StripeAccountId),
    /// An account is connected in live mode.
    Live(StripeAccountId),
}

impl ConnectionState {
    /// The connected account and its mode; `None` if disconnected.
    pub fn account(&self) -> Option<AccountRef> {
        let (mode, account) = match self {
            Self::Disconnected => return None,
            Self::Sandbox(account) => (Mode::Sandbox, account),
            Self::Live(account) => (Mode::Live, account),
        };
        Some(AccountRef {
            mode,
            account: account.clone(),
        })
    }

    fn at(AccountRef { mode, account }: AccountRef) -> Self {
        match mode {
            Mode::Sandbox => Self::Sandbox(account),
            Mode::Live => Self::Live(account),
        }
    }
}

impl Connection {
    /// The connection of a tenant that never connected.
    pub fn none(tenant: TenantId) -> Self {
        Self {
            tenant,
            state: ConnectionState::Disconnected,
            checkout_key: None,
            retiring: Vec::new(),
            version: 0,
        }
    }

    /// Whether a command is allowed in the mode of the connection.
    pub fn check(&self, command: ModeCommand) -> Result<(), ModeError> {
        next(self.mode(), command).map(drop)
    }

    /// The mode of the connection; `None` if disconnected.
    pub const fn mode(&self) -> Option<Mode> {
        match self.state {
            ConnectionState::Disconnected => None,
            ConnectionState::Sandbox(_) => Some(Mode::Sandbox),
            ConnectionState::Live(_) => Some(Mode::Live),
        }
    }

    /// Connects the account `target`. The previous sandbox account, if any, is returned and its
    /// grant is marked for revocation. The switch takes effect here, at the end of the OAuth round,
    /// and not at its start.
    pub fn connect(&mut self, target: AccountRef) -> Result<Option<AccountRef>, ModeError> {
        self.check(ModeCommand::Link(target.mode))?;
        self.retiring.retain(|old| *old != target);
        let former = self.state.account();
        self.retiring.extend(former.clone());
        self.state = ConnectionState::at(target);
        Ok(former)
    }

    /// Disconnects, and returns the former account. If `revoked_at_stripe`, the seller has revoked
    /// the grant at Stripe, so that it need not be revoked from here.
    pub fn disconnect(&mut self, revoked_at_stripe: bool) -> Option<AccountRef> {
        let former = self.state.account()?;
        if !revoked_at_stripe {
            self.retiring.push(former.clone());
        }
        self.state = ConnectionState::Disconnected;
        Some(former)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn account(mode: Mode, id: &str) -> AccountRef {
        AccountRef {
            mode,
            account: StripeAccountId::parse(id).unwrap(),
        }
    }

    fn at(target: Option<AccountRef>) -> Connection {
        let mut connection = Connection::none(TenantId::parse("acme").unwrap());
        if let Some(target) = target {
            connection.connect(target).unwrap();
        }
        connection
    }

    #[test]
    fn every_move_between_modes_is_allowed_or_refused_as_written() {
        let sandbox = || Some(account(Mode::Sandbox, "acct_s"));
        let live = || Some(account(Mode::Live, "acct_l"));
        for (from, to, verdict) in [
            (None, Mode::Sandbox, Ok(())),
            (None, Mode::Live, Ok(())),
            (sandbox(), Mode::Live, Ok(())),
            (sandbox(), Mode::Sandbox, Err(ModeError::AlreadyConnected)),
            (live(), Mode::Sandbox, Err(ModeError::LiveIsOneWay)),
            (live(), Mode::Live, Err(ModeError::AlreadyConnected)),
        ] {
            let mut connection = at(from.clone());
            let checked = connection.check(ModeCommand::Link(to));
            assert_eq!(checked, verdict, "{from:?} -> {to:?}");
            let before = connection.clone();
            let moved = connection.connect(account(to, "acct_x"));
            assert_eq!(moved.is_ok(), verdict.is_ok());
            if moved.is_err() {
                assert_eq!(connection, before, "a refused move changes nothing");
            }
        }
    }

    #[test]
    fn a_switch_to_live_leaves_the_sandbox_to_be_retired() {
        let mut connection = at(Some(account(Mode::Sandbox, "acct_s")));
        let left = connection.connect(account(Mode::Live, "acct_l")).unwrap();
        assert_eq!(left, Some(account(Mode::Sandbox, "acct_s")));
        assert_eq!(connection.retiring, [account(Mode::Sandbox, "acct_s")]);
    }

    #[test]
    fn an_account_connected_again_is_no_longer_to_be_retired() {
        let mut connection = at(Some(account(Mode::Live, "acct_l")));
        connection.disconnect(false);
        assert_eq!(connection.retiring.len(), 1);
        connection.connect(account(Mode::Live, "acct_l")).unwrap();
        assert!(connection.retiring.is_empty());
    }

    #[test]
    fn a_grant_ended_at_stripe_leaves_nothing_to_retire() {
        let mut connection = at(Some(account(Mode::Live, "acct_l")));
        assert!(connection.disconnect(true).is_some());
        assert!(connection.retiring.is_empty());
        assert!(connection.disconnect(true).is_none());
    }
}
