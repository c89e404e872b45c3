//! Mapping SMTP errors to the errors of the port, without quoting the message.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use lettre::transport::smtp::Error;
use mintage_domain::ports::MailError;

/// An error of the connection, the login, the sender or the message. A retry may succeed: the operator
/// corrects the settings, a quota ends, or a filter changes.
pub(crate) fn unavailable(error: &Error) -> MailError {
    MailError::Unavailable(reason(error))
}

/// An error of the recipient. It is final only if the server says that the address is wrong. Other 5xx
/// are about the relay, its policy or a quota, and greylisting comes as 5xx too.
pub(crate) fn refusal_of_recipient(error: &Error) -> MailError {
    if error.is_permanent() && enhanced(error).is_some_and(|code| is_about_recipient(&code)) {
        MailError::Refused(reason(error))
    } else {
        unavailable(error)
    }
}

/// Whether an enhanced status code (RFC 3463, section 3) is about the recipient's address: all of 5.1
/// but those about the sender's, and a disabled mailbox.
fn is_about_recipient(code: &str) -> bool {
    match code.strip_prefix("5.1.") {
        Some(detail) => !matches!(detail, "7" | "8"),
        None => code == "5.2.1",
    }
}

/// The enhanced status code at the start of an answer.
fn enhanced(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let word = text.split_whitespace().next()?;
    is_enhanced(word).then(|| word.to_owned())
}

/// A status code such as `550 5.1.1`, or why there was no answer.
fn reason(error: &Error) -> String {
    if let Some(code) = error.status() {
        return match enhanced(error) {
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
    use super::{is_about_recipient, is_enhanced};

    #[test]
    fn only_a_wrong_address_of_the_recipient_is_final() {
        for (code, is_final) in [
            ("5.1.0", true),
            ("5.1.1", true),
            ("5.1.2", true),
            ("5.1.10", true),
            ("5.2.1", true),
            ("5.1.7", false),
            ("5.1.8", false),
            ("5.2.0", false),
            ("5.2.2", false),
            ("5.4.1", false),
            ("5.7.1", false),
            ("4.1.1", false),
        ] {
            assert_eq!(is_about_recipient(code), is_final, "{code}");
        }
    }

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
