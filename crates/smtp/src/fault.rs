//! What went wrong, in words that hold nothing of the message.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use lettre::transport::smtp::Error;
use mintage_domain::ports::MailError;

/// An answer to the greeting, the login or the sender: whatever it is, settings or times may
/// change.
pub(crate) fn in_the_way(error: &Error) -> MailError {
    MailError::Unavailable(said(error))
}

/// An answer to the reader or the message: 5xx is for good, but for "log in first".
pub(crate) fn judged(error: &Error) -> MailError {
    let code = error.status().map(u16::from);
    if error.is_permanent() && code != Some(530) {
        MailError::Refused(said(error))
    } else {
        in_the_way(error)
    }
}

/// A code such as `550 5.1.1`, or what happened instead of an answer.
fn said(error: &Error) -> String {
    if let Some(code) = error.status() {
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        let enhanced = words.split_whitespace().next().filter(|it| is_enhanced(it));
        return match enhanced {
            Some(enhanced) => format!("{code} {enhanced}"),
            None => code.to_string(),
        };
    }
    let happened = if is_late(error) {
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
    happened.to_owned()
}

/// Whether time ran out: a socket says so by either kind of error, as its system does.
fn is_late(error: &Error) -> bool {
    let socket = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    socket.is_some_and(|it| matches!(it.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock))
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
