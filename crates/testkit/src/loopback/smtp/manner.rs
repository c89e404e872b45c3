//! How a mail server behaves.

/// How a mail server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Taking,
    /// It knows no such reader (550).
    RefusingReaders,
    /// It wants nothing like this message (554), and says so with the message's own words.
    RefusingContent,
    /// It does not let this sender in (550 to `MAIL`).
    RefusingSenders,
    /// It has no time for this reader now (451).
    Busy,
    /// It has no time for anybody now (421 for a greeting).
    Closed,
    /// It closes the connection instead of taking the message.
    HangingUp,
}
