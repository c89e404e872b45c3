//! Mapping ureq's errors to the errors of the port, which state whether anything was sent.

use std::io::ErrorKind;

use mintage_domain::ports::HttpError;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

/// A failure before the first byte of the request was sent, so that the server cannot have processed
/// it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsent {
    /// The name resolves to no allowed address.
    #[error("no address within reach")]
    Forbidden,
    /// The name does not resolve, the server refused the connection, or the TLS handshake failed.
    #[error("{0}")]
    Unreachable(String),
}

impl Unsent {
    /// Marks an error of resolving or connecting. Timeouts and invalid URLs are not changed.
    pub(crate) fn mark(error: ureq::Error) -> ureq::Error {
        match error {
            ureq::Error::Timeout(_) | ureq::Error::BadUri(_) | ureq::Error::Other(_) => error,
            ureq::Error::Io(cause) if cause.kind() == ErrorKind::TimedOut => cause.into(),
            ureq::Error::Io(cause) => Self::Unreachable(cause.to_string()).into(),
            other => Self::Unreachable(other.to_string()).into(),
        }
    }
}

impl From<Unsent> for ureq::Error {
    fn from(unsent: Unsent) -> Self {
        Self::Other(Box::new(unsent))
    }
}

/// ureq's default connector (TCP, then TLS), whose errors are marked as [`Unsent`].
#[derive(Debug, Default)]
pub(crate) struct MarkingConnector(DefaultConnector);

impl Connector for MarkingConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(Unsent::mark)
    }
}

/// The port's error for an error of ureq. Its texts come from the operating system, the TLS library
/// or this crate, and never contain header values or bodies.
pub(crate) fn http_error(error: ureq::Error) -> HttpError {
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
        // The parser's errors may quote the answer.
        _ => HttpError::Broken("the answer is not HTTP".to_owned()),
    }
}
