//! What went wrong, in the port's words: above all, whether anything was sent.

use std::io::ErrorKind;
use std::{error, fmt};

use mintage_domain::ports::HttpError;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

/// A failure before the first byte of the request: the receiver cannot have acted.
#[derive(Debug)]
pub(crate) enum Unsent {
    /// The name resolves to no address within reach.
    Forbidden,
    /// There is no such name, or nobody listens there, or TLS did not come about.
    Unreachable(String),
}

impl Unsent {
    /// Marks what failed while resolving or connecting. A deadline and a bad URL stay themselves.
    pub(crate) fn mark(error: ureq::Error) -> ureq::Error {
        match error {
            ureq::Error::Timeout(_) | ureq::Error::BadUri(_) | ureq::Error::Other(_) => error,
            ureq::Error::Io(cause) if cause.kind() == ErrorKind::TimedOut => cause.into(),
            ureq::Error::Io(cause) => Self::Unreachable(cause.to_string()).into(),
            other => Self::Unreachable(other.to_string()).into(),
        }
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden => f.write_str("no address within reach"),
            Self::Unreachable(why) => f.write_str(why),
        }
    }
}

impl error::Error for Unsent {}

impl From<Unsent> for ureq::Error {
    fn from(unsent: Unsent) -> Self {
        Self::Other(Box::new(unsent))
    }
}

/// The usual connector (TCP, then TLS), whose failures are marked as [`Unsent`].
#[derive(Debug, Default)]
pub(crate) struct Marking(DefaultConnector);

impl Connector for Marking {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(Unsent::mark)
    }
}

/// The port's word for an error. The texts it carries are the operating system's, the TLS
/// library's or our own: never a header's value or a body.
pub(crate) fn fault(error: ureq::Error) -> HttpError {
    match error {
        ureq::Error::Other(marked) => match marked.downcast::<Unsent>().map(|unsent| *unsent) {
            Ok(Unsent::Forbidden) => HttpError::ForbiddenAddress,
            Ok(Unsent::Unreachable(why)) => HttpError::Unreachable(why),
            Err(_) => HttpError::Broken("the transport failed".to_owned()),
        },
        ureq::Error::BadUri(_) => HttpError::BadUrl,
        ureq::Error::Timeout(_) => HttpError::Timeout,
        ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
            HttpError::TooLarge
        }
        ureq::Error::Io(cause) if cause.kind() == ErrorKind::TimedOut => HttpError::Timeout,
        ureq::Error::Io(cause) => HttpError::Broken(cause.to_string()),
        // The parser's errors may quote what it could not parse.
        _ => HttpError::Broken("the answer is not HTTP".to_owned()),
    }
}
