//! The behaviour of a mail server.

/// How a mail server behaves, with the reply code it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// The server accepts every message.
    Taking,
    /// The server refuses every recipient, since there is no such mailbox (550 5.1.1).
    RefusingReaders,
    /// The server refuses every recipient by its policy (550 5.7.1).
    RefusingRelay,
    /// The server takes no addresses beyond ASCII.
    AsciiOnly,
    /// The server refuses every message (554) and quotes the message in its reply.
    RefusingContent,
    /// The server refuses every sender (550 to `MAIL`).
    RefusingSenders,
    /// The server defers every recipient (451).
    Busy,
    /// The server greets every client with 421.
    Closed,
    /// The server closes the connection instead of accepting the message.
    HangingUp,
}
