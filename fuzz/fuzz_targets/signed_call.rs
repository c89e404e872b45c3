//! The headers and the body of a signed call, from any sender.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::access::call_signature::{
    CallNonce, CallText, keystack_signature, parse_keystack_timestamp, verify_keystack,
};

fuzz_target!(|call: (&str, &str, &str, &str, &[u8])| {
    let (timestamp, signature, nonce, target, body) = call;
    let secret = Secret::new("aks_5ec7e7");
    let _ = parse_keystack_timestamp(timestamp);
    let right = keystack_signature(&secret, timestamp, body);
    let accepted = verify_keystack(&secret, timestamp, body, signature);
    assert_eq!(accepted, signature.eq_ignore_ascii_case(&right));
    if let Ok(nonce) = CallNonce::parse(nonce) {
        let text = CallText {
            timestamp,
            nonce: &nonce,
            method: "POST",
            target,
            body,
        };
        let right = text.signature(&secret);
        let digits = signature.strip_prefix("v2=");
        let expected = digits.is_some_and(|it| it.eq_ignore_ascii_case(&right[3..]));
        assert_eq!(text.is_signed(&secret, signature), expected);
        assert!(text.is_signed(&secret, &right));
    }
});
