//! Mapping SMTP errors to the errors of the port, without quoting the message.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use lettre::transport::smtp::Error;
use mintage_domain::ports::MailError;

/// An error of the connection, the login or the sender. A retry may succeed after the operator has
/// corrected the settings.
pub(crate) fn unavailable(error: &Error) -> MailError {
    MailError::Unavailable(reason(error))
}

/// An error of the recipient or the message. 5xx is permanent, except for 530 (authentication
/// required).
pub(crate) fn permanent_or_unavailable(error: &Error) -> MailError {
    let code = error.status().map(u16::from);
    if error.is_permanent() && code != Some(530) {
        MailError::Refused(reason(error))
    } else {
        unavailable(error)
    }
}

/// A status code such as `550 5.1.1`, or why there was no answer.
fn reason(error: &Error) -> String {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let enhanced = text
            .split_whitespace()
            .next()
            .filter(|word| is_enhanced(word));
        return match enhanced {
            Some(enhanced) => format!("{code} {enhanced}"),
            None => code.to_string(),
        };
    }
    let reason = if is_timeout(error) {
        "it did not answer in time"
    } else if error.is_tls() {
        "its certificate is not good, or it speaks no TLS"
    } else if error.is_client() {
        "it takes no login of a kind that is known here"
    } else if error.is_response() {
        "it broke off, or does not speak SMTP"
    } else {
        "it could not be reached"
    };
    reason.to_owned()
}

/// Whether a read or write timed out. Operating systems report that with one of two error kinds.
fn is_timeout(error: &Error) -> bool {
    let io_error = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    let kind = io_error.map(io::Error::kind);
    matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::WouldBlock))
}

/// Whether a word is an enhanced status code (RFC 3463): `5.1.1`.
fn is_enhanced(word: &str) -> bool {
    let is_number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    word.split('.').count() == 3 && word.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::is_enhanced;

    #[test]
    fn only_codes_are_repeated() {
        for (word, is_code) in [
            ("5.1.1", true),
            ("4.7.650", true),
            ("", false),
            ("5.1", false),
            ("5.1.1.1", false),
            ("5.1.x", false),
            ("5..1", false),
            ("5.1.1000", false),
            ("PIXL-4B2K", false),
        ] {
            assert_eq!(is_enhanced(word), is_code, "{word}");
        }
    }
}
