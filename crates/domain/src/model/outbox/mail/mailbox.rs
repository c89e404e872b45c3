//! The sender's mailbox.

use std::fmt;

use crate::base::email::Email;

/// The sender of mail: an address with an optional name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name that readers see.
    pub name: Option<String>,
    /// The sender's address.
    pub email: Email,
}

/// The largest length of a name, in characters.
const MAX_NAME: usize = 120;

/// The text is not a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sender is written like \"Acme Software\" <licenses@example.com>")]
pub struct InvalidMailbox;

impl Mailbox {
    /// Reads `licenses@example.com`, `Acme <licenses@example.com>` or
    /// `"Acme" <licenses@example.com>`. A name has no control characters, quotes or angle brackets.
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(rest) => rest.split_once('<').ok_or(InvalidMailbox)?,
            None => ("", text),
        };
        let name = unquoted(name.trim()).ok_or(InvalidMailbox)?;
        let is_allowed = |c: char| !c.is_control() && !"\"<>\\".contains(c);
        if name.chars().count() > MAX_NAME || !name.chars().all(is_allowed) {
            return Err(InvalidMailbox);
        }
        Ok(Self {
            name: (!name.is_empty()).then(|| name.to_owned()),
            email: Email::parse(address).map_err(|_| InvalidMailbox)?,
        })
    }
}

/// The text without surrounding quotes, if any; `None` if one of the quotes is missing.
fn unquoted(text: &str) -> Option<&str> {
    match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').map(str::trim),
        None => Some(text),
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "\"{name}\" <{}>", self.email),
            None => write!(f, "{}", self.email),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_read_with_and_without_a_name_and_written_in_one_way() {
        for (text, written) in [
            ("licenses@example.com", "licenses@example.com"),
            ("<licenses@example.com>", "licenses@example.com"),
            (
                " Acme <Licenses@Example.com> ",
                "\"Acme\" <licenses@example.com>",
            ),
            (
                "\"Acme, Inc.\" <licenses@example.com>",
                "\"Acme, Inc.\" <licenses@example.com>",
            ),
            ("Çelik ☕ <a@b.test>", "\"Çelik ☕\" <a@b.test>"),
            ("\"\" <a@b.test>", "a@b.test"),
        ] {
            let read = Mailbox::parse(text).map(|mailbox| mailbox.to_string());
            assert_eq!(read.as_deref(), Ok(written), "{text}");
            let again = Mailbox::parse(written).map(|mailbox| mailbox.to_string());
            assert_eq!(again.as_deref(), Ok(written));
        }
    }

    #[test]
    fn what_is_no_single_mailbox_is_refused() {
        let long = format!("{} <a@b.test>", "x".repeat(121));
        for text in [
            "",
            "Acme",
            "Acme <>",
            "Acme licenses@example.com",
            "Acme <licenses@example.com",
            "Acme licenses@example.com>",
            "\"Acme <a@b.test>",
            "Ac\"me <a@b.test>",
            "Acme\r\nBcc: x <a@b.test>",
            "a@b.test, c@d.test",
            "A <a@b.test>, C <c@d.test>",
            &long,
        ] {
            assert_eq!(Mailbox::parse(text), Err(InvalidMailbox), "{text:?}");
        }
    }
}
