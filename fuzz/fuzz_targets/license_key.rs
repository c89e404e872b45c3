//! A license key as somebody types it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mintage_domain::model::licenses::key::{
    KeyFormat, KeyPrefix, LicenseKey, PresentedKey, ProductSecret,
};

fuzz_target!(|typed: &str| {
    let Ok(key) = PresentedKey::parse(typed) else {
        return;
    };
    let prefix = KeyPrefix::parse("KS").expect("a prefix");
    let secret = ProductSecret::from_bytes([7; 32]);
    assert!((1..=2).contains(&key.candidates().len()));
    if key.checksum_ok(&prefix, &secret) {
        assert!(key.has_shape(KeyFormat::Checked, &prefix));
    }
    let _ = format!("{key:?}");

    // A key of ours is recognised without its dashes and in lower case.
    let own = LicenseKey::checked(&prefix, [9; 13], &secret);
    let noisy: String = own.expose().replace('-', " ").to_lowercase();
    let presented = PresentedKey::parse(&noisy).expect("a key");
    assert!(presented.checksum_ok(&prefix, &secret));
});
