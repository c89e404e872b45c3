//! The part of MIME that is needed to read a message.

use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};

/// Headers and a body, which may hold parts.
pub(super) struct Part<'a> {
    headers: Vec<(String, String)>,
    body: &'a str,
}

impl<'a> Part<'a> {
    /// Reads a part whose lines end with a line feed.
    pub(super) fn parse(text: &'a str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in head.lines() {
            if let (Some(more), Some((_, value))) =
                (line.strip_prefix([' ', '\t']), headers.last_mut())
            {
                value.push(' ');
                value.push_str(more.trim_start());
            } else {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self { headers, body }
    }

    /// The values of a header, by its lower-case name, decoded.
    pub(super) fn header(&self, name: &str) -> Vec<String> {
        let named = self.headers.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| decoded_words(value)).collect()
    }

    /// The first body of this type, here or in any part.
    pub(super) fn content(&self, kind: &str) -> Option<String> {
        let declared = self.header("content-type").join("");
        if declared.starts_with(kind) {
            let encoding = self.header("content-transfer-encoding").join("");
            return Some(decoded_body(&encoding, self.body));
        }
        let (_, boundary) = declared.split_once("boundary=")?;
        let mark = format!("--{}", boundary.split(';').next()?.trim_matches('"'));
        let mut parts = self.body.split(&mark).skip(1);
        // The line break before a boundary belongs to the boundary.
        let part = |text: &'a str| {
            text.strip_prefix('\n')
                .map(|it| it.strip_suffix('\n').unwrap_or(it))
        };
        parts.find_map(|text| Part::parse(part(text)?).content(kind))
    }
}

fn decoded_body(encoding: &str, body: &str) -> String {
    let text = match encoding {
        "base64" => {
            let joined: String = body.split_whitespace().collect();
            BASE64.decode(joined.as_bytes()).unwrap_or_default()
        }
        "quoted-printable" => unquoted(&body.replace("=\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&text).replace("\r\n", "\n")
}

/// Decodes `=C3=AB` to the bytes that it encodes.
fn unquoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        if let (b'=', Some(byte)) = (first, byte) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

/// Decodes the encoded words (`=?utf-8?b?...?=`) of a header's value. White space between two
/// encoded words is dropped.
fn decoded_words(value: &str) -> String {
    let mut decoded = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, word)) = rest.split_once("=?") {
        if !(after_word && before.trim().is_empty()) {
            decoded.push_str(before);
        }
        let mut fields = word.splitn(3, '?');
        let (_, encoding, tail) = (fields.next(), fields.next(), fields.next().unwrap_or(""));
        let (text, behind) = tail.split_once("?=").unwrap_or((tail, ""));
        let bytes = match encoding {
            Some("b" | "B") => BASE64_MIME_PERMISSIVE
                .decode(text.as_bytes())
                .unwrap_or_default(),
            _ => unquoted(&text.replace('_', " ")),
        };
        decoded.push_str(&String::from_utf8_lossy(&bytes));
        (rest, after_word) = (behind, true);
    }
    decoded.push_str(rest);
    decoded
}
