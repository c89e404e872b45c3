//! E-mail addresses, which identify customers.

use serde::{Deserialize, Serialize};

use crate::base::text::is_layout_control;
use crate::base::text_newtype::{string_conversions, text_newtype};

/// The largest length of an address, in bytes (RFC 5321).
const MAX_BYTES: usize = 254;

text_newtype! {
    /// An e-mail address, trimmed and in lower case, at most 254 bytes.
    ///
    /// The check is loose, since only a delivered message proves an address: a name of 1 to 64 bytes
    /// without spaces, control characters or the characters that have a meaning in message headers
    /// (`<>()[],;:\"@`), or such a name in quotes (`"ada lovelace"@example.com`), and a domain of
    /// letters, digits, dashes and dots.
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct Email;

    /// The text is not an e-mail address.
    #[error("an e-mail address is written like buyer@example.com")]
    pub struct InvalidEmail;

    parse: |text| {
        let text = normalized(text);
        let (name, domain) = text.rsplit_once('@')?;
        let is_valid = text.len() <= MAX_BYTES
            && (1..=64).contains(&name.len())
            && (name.chars().all(is_allowed_in_name) || is_quoted(name))
            && is_domain(domain);
        is_valid.then_some(text)
    };
}

impl Email {
    /// The domain of addresses that stand in place of erased ones. No mail server has it (RFC 2606).
    const ERASED: &str = "@erased.invalid";

    /// An address that stands in place of the erased address of the object with this id.
    pub fn erased(id: &str) -> Self {
        let name: String = id
            .chars()
            .filter(|it| is_allowed_in_name(*it))
            .take(64)
            .collect();
        Self(normalized(&format!("{name}{}", Self::ERASED)))
    }

    /// Whether the address was erased.
    pub fn is_erased(&self) -> bool {
        self.0.ends_with(Self::ERASED)
    }
}

string_conversions! { Email, InvalidEmail; }

/// The domain of addresses that stand for none. It never exists (RFC 2606).
const NO_DOMAIN: &str = ".invalid";

impl Email {
    /// An address that must be kept, such as that of a buyer who has paid: read like any other, else
    /// kept as it is, without control characters and at most 254 bytes. `None` if nothing is left.
    pub fn kept(text: &str) -> Option<Self> {
        if let Ok(email) = Self::parse(text) {
            return Some(email);
        }
        let mut kept = String::new();
        for c in text.trim().chars().filter(|c| !c.is_control()) {
            if kept.len().saturating_add(c.len_utf8()) > MAX_BYTES {
                break;
            }
            kept.push(c);
        }
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// The address of a buyer who has none: of this name, below a domain that never exists.
    pub fn missing(name: &str) -> Self {
        Self(format!("{}@no-address{NO_DOMAIN}", name.to_lowercase()))
    }

    /// The address of the mailbox: without a tag, which is what follows a `+` in the name. Most
    /// providers deliver mails with any tag to the same mailbox.
    pub fn without_tag(&self) -> String {
        let Some((name, domain)) = self.0.split_once('@') else {
            return self.0.clone();
        };
        let mailbox = name.split_once('+').map_or(name, |(mailbox, _)| mailbox);
        format!("{mailbox}@{domain}")
    }

    /// The address as its owner recognizes it and nobody else reads it: `a***@e***.com`.
    pub fn masked(&self) -> String {
        let start = |text: &str| text.chars().next().map_or_else(String::new, String::from);
        let Some((name, domain)) = self.0.rsplit_once('@') else {
            return format!("{}***", start(&self.0));
        };
        match domain.rsplit_once('.') {
            Some((domain, end)) => format!("{}***@{}***.{end}", start(name), start(domain)),
            None => format!("{}***@{}***", start(name), start(domain)),
        }
    }

    /// Whether a mail can be sent to the address.
    pub fn is_mailable(&self) -> bool {
        !self.0.ends_with(NO_DOMAIN) && Self::parse(&self.0).is_ok()
    }
}

text_newtype! {
    /// The beginning of an e-mail address, for searches. Trimmed and in lower case, 1 to 254 bytes.
    pub struct EmailStart;

    /// The text cannot begin an address.
    #[error(
        "the beginning of an address has 1 to 254 bytes, without spaces and control characters"
    )]
    pub struct InvalidEmailStart;

    parse: |text| {
        let text = normalized(text);
        let is_allowed = |c: char| !c.is_whitespace() && !c.is_control();
        let is_valid = (1..=MAX_BYTES).contains(&text.len()) && text.chars().all(is_allowed);
        is_valid.then_some(text)
    };
}

impl EmailStart {
    /// Whether an address begins with this text.
    pub fn begins(&self, email: &Email) -> bool {
        email.as_str().starts_with(&self.0)
    }

    /// The addresses that begin with this text, as a range in byte order: the first text
    /// (inclusive) and the text after the last (exclusive). The end is `None` if the beginning
    /// consists of the greatest character only, since no text follows then.
    pub fn range(&self) -> (&str, Option<String>) {
        let mut until = self.0.clone();
        while let Some(last) = until.pop() {
            // A range of `char` steps over the surrogates, which are not characters.
            if let Some(next) = (last..=char::MAX).nth(1) {
                until.push(next);
                return (&self.0, Some(until));
            }
        }
        (&self.0, None)
    }
}

fn normalized(text: &str) -> String {
    text.trim().to_lowercase()
}

fn is_allowed_in_name(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c)
}

/// Whether a name is a quoted string (RFC 5321, section 4.1.2): a backslash escapes the next character.
fn is_quoted(name: &str) -> bool {
    let inner = name.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return false;
    };
    let mut is_escaped = false;
    for c in inner.chars() {
        if is_layout_control(c) || (c.is_whitespace() && c != ' ') || (c == '"' && !is_escaped) {
            return false;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    !is_escaped
}

/// Two labels or more, or `localhost`.
fn is_domain(domain: &str) -> bool {
    (domain == "localhost" || domain.contains('.')) && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_that_is_kept_may_be_one_that_cannot_be_mailed() {
        let long = format!("{}@example.com", "é".repeat(200));
        for (text, kept, is_mailable) in [
            (" Ada@Example.com", Some("ada@example.com"), true),
            ("Ada..(x)@Example", Some("Ada..(x)@Example"), false),
            ("\"Ada L\"@example.com", Some("\"ada l\"@example.com"), true),
            ("a\0b\n@@c", Some("ab@@c"), false),
            ("ada@acme.invalid", Some("ada@acme.invalid"), false),
            (long.as_str(), Some(&*"é".repeat(127)), false),
            (" \n", None, false),
        ] {
            let email = Email::kept(text);
            assert_eq!(email.as_ref().map(Email::as_str), kept, "{text:?}");
            let mailable = email.is_some_and(|email| email.is_mailable());
            assert_eq!(mailable, is_mailable, "{text:?}");
        }
        let missing = Email::missing("ORD_1");
        assert_eq!(missing.as_str(), "ord_1@no-address.invalid");
        assert!(!missing.is_mailable());
        assert_eq!(Email::kept(missing.as_str()), Some(missing));
    }

    #[test]
    fn a_masked_address_has_two_letters_and_the_end_of_the_domain() {
        for (text, masked) in [
            ("ada@example.com", "a***@e***.com"),
            ("ada.l+1@mail.example.co.uk", "a***@m***.uk"),
            ("\"a@b\"@example.com", "\"***@e***.com"),
            ("élan@bücher.example", "é***@b***.example"),
            ("dev@localhost", "d***@l***"),
            ("odd..(x)", "o***"),
        ] {
            assert_eq!(Email::kept(text).unwrap().masked(), masked);
        }
    }

    #[test]
    fn tagged_addresses_are_one_mailbox() {
        for (text, mailbox) in [
            ("ada@x.test", "ada@x.test"),
            ("ada+1@x.test", "ada@x.test"),
            ("Ada+a+b@x.test", "ada@x.test"),
            ("ada@x.test+1", "ada@x.test+1"),
            ("ada+1", "ada+1"),
        ] {
            assert_eq!(Email::kept(text).unwrap().without_tag(), mailbox);
        }
    }

    #[test]
    fn an_address_is_trimmed_and_in_lower_case() {
        for (text, kept) in [
            ("buyer@example.com", "buyer@example.com"),
            ("  Buyer+Tag@Example.COM\n", "buyer+tag@example.com"),
            ("a@b.test", "a@b.test"),
            (
                "o'neil.x@sub.example-1.co.uk",
                "o'neil.x@sub.example-1.co.uk",
            ),
            ("dev@localhost", "dev@localhost"),
            (r#""Ada L"@example.com"#, r#""ada l"@example.com"#),
            (r#""a@b\"c"@example.com"#, r#""a@b\"c"@example.com"#),
            ("ÉLAN@bücher.example", "élan@bücher.example"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn refuses_what_no_message_could_reach() {
        let long_name = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "a".repeat(64));
        let long = format!("a@{}com", "abcdefghi.".repeat(26));
        for text in [
            "",
            "@",
            "buyer",
            "@example.com",
            "buyer@",
            "buyer@example",
            "a@b@example.com",
            "a b@example.com",
            "a@exa mple.com",
            "a@.com",
            "a@example.",
            "a@example..com",
            "a@-example.com",
            "a@example-.com",
            "a\n@example.com",
            "a@example.com\r\nBcc: x@y.z",
            "<a@example.com>",
            "Buyer <a@example.com>",
            "a,b@example.com",
            r#"""@example.com"#,
            r#""a"b"@example.com"#,
            r#""a\"@example.com"#,
            "\"a\nb\"@example.com",
            "\"a\u{202e}b\"@example.com",
            "a@[127.0.0.1]",
            &long_name,
            &long_label,
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(InvalidEmail), "{text}");
        }
    }

    #[test]
    fn is_serialized_as_text_and_checked_when_read() {
        let email: Email = serde_json::from_str("\"A@B.test\"").unwrap();
        assert_eq!(serde_json::to_string(&email).unwrap(), "\"a@b.test\"");
        assert!(serde_json::from_str::<Email>("\"nobody\"").is_err());
    }

    #[test]
    fn a_beginning_is_trimmed_and_in_lower_case_and_is_its_range() {
        let max = char::MAX;
        for (text, from, until) in [
            ("ann", "ann", Some("ano".to_owned())),
            (" Ann@Exa ", "ann@exa", Some("ann@exb".to_owned())),
            ("a_%", "a_%", Some("a_&".to_owned())),
            ("é", "é", Some("ê".to_owned())),
            ("a\u{d7ff}", "a\u{d7ff}", Some("a\u{e000}".to_owned())),
            (&format!("a{max}"), &format!("a{max}"), Some("b".to_owned())),
            (&max.to_string(), &max.to_string(), None),
        ] {
            let start = EmailStart::parse(text).unwrap();
            assert_eq!(start.range(), (from, until), "{text}");
        }
        for text in ["", "  ", "a b", "a\u{0}", &"a".repeat(255)] {
            assert_eq!(EmailStart::parse(text), Err(InvalidEmailStart), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_address_lies_in_the_range_of_its_beginnings_and_in_no_other(
            name in "[a-b\u{d7fe}-\u{e001}\u{10fffe}-\u{10ffff}]{1,4}",
            start in "[a-b\u{d7fe}-\u{e001}\u{10fffe}-\u{10ffff}]{1,3}",
        ) {
            let address = Email::parse(&format!("{name}@example.com"));
            if let (Ok(address), Ok(start)) = (address, EmailStart::parse(&start)) {
                let (from, until) = start.range();
                let within = from <= address.as_str()
                    && until.is_none_or(|until| address.as_str() < until.as_str());
                prop_assert_eq!(within, start.begins(&address));
            }
        }

        #[test]
        fn what_is_accepted_is_accepted_again_unchanged(text in "\\PC{0,20}@\\PC{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }

        #[test]
        fn case_and_outer_spaces_make_no_other_address(name in "[a-zA-Z0-9.+]{1,20}") {
            let plain = Email::parse(&format!("{name}@example.com")).unwrap();
            let noisy = Email::parse(&format!(" {}@EXAMPLE.com ", name.to_uppercase())).unwrap();
            prop_assert_eq!(plain, noisy);
        }
    }
}
