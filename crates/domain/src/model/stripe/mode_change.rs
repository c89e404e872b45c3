//! The modes of a connection as a state machine: what a command does in each state.

use crate::base::mode::Mode;

/// What a caller or Stripe wants of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeCommand {
    /// Start an OAuth round in a mode.
    Connect(Mode),
    /// Start the OAuth round that replaces the sandbox by the live account.
    SwitchToLive,
    /// Complete an OAuth round in a mode.
    Link(Mode),
    /// Leave the account, from our side.
    Disconnect,
    /// Notice that the seller ended the access at Stripe.
    Deauthorize,
}

/// Why a connection cannot change to a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModeError {
    /// A live connection leaves live mode only by disconnecting.
    #[error("a live connection never goes back to sandbox; disconnect first")]
    LiveIsOneWay,
    /// The connection is live already.
    #[error("the connection is live already, and stays live until it is disconnected")]
    AlreadyLive,
    /// The connection is in that mode already.
    #[error("already connected in this mode; disconnect first")]
    AlreadyConnected,
    /// No account is connected.
    #[error("not connected to Stripe")]
    NotConnected,
}

/// The mode of a connection after a command; `None` is disconnected. A round that starts does not change
/// the mode yet: the change takes effect when the round is completed.
pub const fn next(at: Option<Mode>, command: ModeCommand) -> Result<Option<Mode>, ModeError> {
    use Mode::{Live, Sandbox};
    use ModeCommand::{Connect, Deauthorize, Disconnect, Link, SwitchToLive};
    match (at, command) {
        (None, Connect(_)) | (Some(Sandbox), Connect(Live) | SwitchToLive) => Ok(at),
        (None, Link(mode)) => Ok(Some(mode)),
        (Some(Sandbox), Link(Live)) => Ok(Some(Live)),
        (Some(Live), Connect(Sandbox) | Link(Sandbox)) => Err(ModeError::LiveIsOneWay),
        (Some(Live), SwitchToLive) => Err(ModeError::AlreadyLive),
        (Some(Sandbox), Connect(Sandbox) | Link(Sandbox))
        | (Some(Live), Connect(Live) | Link(Live)) => Err(ModeError::AlreadyConnected),
        (None, SwitchToLive | Disconnect) => Err(ModeError::NotConnected),
        (Some(_), Disconnect) | (_, Deauthorize) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_does_in_every_state_what_the_table_says() {
        use Mode::{Live, Sandbox};
        use ModeCommand::{Connect, Deauthorize, Disconnect, Link, SwitchToLive};
        let states = [None, Some(Sandbox), Some(Live)];
        let already = Err(ModeError::AlreadyConnected);
        let one_way = Err(ModeError::LiveIsOneWay);
        let none = Err(ModeError::NotConnected);
        // The result from disconnected, from sandbox, and from live.
        let table = [
            (Connect(Sandbox), [Ok(None), already, one_way]),
            (Connect(Live), [Ok(None), Ok(Some(Sandbox)), already]),
            (
                SwitchToLive,
                [none, Ok(Some(Sandbox)), Err(ModeError::AlreadyLive)],
            ),
            (Link(Sandbox), [Ok(Some(Sandbox)), already, one_way]),
            (Link(Live), [Ok(Some(Live)), Ok(Some(Live)), already]),
            (Disconnect, [none, Ok(None), Ok(None)]),
            (Deauthorize, [Ok(None), Ok(None), Ok(None)]),
        ];
        for (command, results) in table {
            for (state, result) in states.into_iter().zip(results) {
                assert_eq!(next(state, command), result, "{command:?} in {state:?}");
            }
        }
    }

    #[test]
    fn no_command_leads_from_live_to_sandbox() {
        use ModeCommand::{Connect, Deauthorize, Disconnect, Link, SwitchToLive};
        let of_modes = Mode::ALL.map(|mode| [Connect(mode), Link(mode)]);
        let others = [SwitchToLive, Disconnect, Deauthorize];
        for command in of_modes.into_iter().flatten().chain(others) {
            let after = next(Some(Mode::Live), command);
            assert_ne!(after, Ok(Some(Mode::Sandbox)), "{command:?}");
        }
    }
}
