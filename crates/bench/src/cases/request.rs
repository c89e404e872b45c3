//! The bytes of requests.

use std::io::Write;

use data_encoding::HEXLOWER;
use ring::hmac;

use crate::clock::unix_millis;
use crate::data::sellers::Seller;

/// A signed call of an API key: the signature covers the time in milliseconds, a point and the body.
#[derive(Debug, Default)]
pub(super) struct SignedCall {
    signed: Vec<u8>,
}

impl SignedCall {
    /// Appends a request of this body to `out`.
    pub(super) fn write(
        &mut self,
        out: &mut Vec<u8>,
        seller: &Seller,
        path: &str,
        more_headers: &str,
        body: &str,
    ) {
        self.signed.clear();
        let millis = unix_millis();
        // Writing to memory cannot fail.
        let _ = write!(self.signed, "{millis}.{body}");
        let signature = HEXLOWER.encode(hmac::sign(&seller.signing, &self.signed).as_ref());
        let (key, length) = (&seller.api_key, body.len());
        let _ = write!(
            out,
            "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\
             X-KeyStack-Timestamp: {millis}\r\nX-KeyStack-Signature: {signature}\r\n{more_headers}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
    }
}

/// Whether bytes contain a text.
pub(super) fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
