//! The headers and the body of a signed call, from whoever sends them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mintage_domain::secret::Secret;
use mintage_domain::sign;

fuzz_target!(|call: (&str, &str, &[u8])| {
    let (timestamp, signature, body) = call;
    let secret = Secret::new("aks_5ec7e7");
    let _ = sign::parse_keystack_timestamp(timestamp);
    let right = sign::keystack_signature(&secret, timestamp, body);
    let accepted = sign::verify_keystack(&secret, timestamp, body, signature);
    assert_eq!(accepted, signature.eq_ignore_ascii_case(&right));
});
