#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

/// `printf '%s' '1731600000.{"planCode":"lifetime-pro"}' | openssl dgst -sha256 -hmac aks_... -hex`
#[test]
fn signs_as_keystack_does() {
    let secret = Secret::new("aks_example_secret");
    let body = br#"{"planCode":"lifetime-pro"}"#;
    let hex = "4f8ecb697ba8598c76827dd8e2a5046043f4799dbc206266adebfac4e926157c";
    assert_eq!(keystack_signature(&secret, "1731600000", body), hex);
    assert!(verify_keystack(&secret, "1731600000", body, hex));
    assert!(verify_keystack(
        &secret,
        "1731600000",
        body,
        &hex.to_uppercase()
    ));
}

#[test]
fn a_signature_holds_for_its_secret_timestamp_and_body_only() {
    let secret = Secret::new("aks_example_secret");
    let hex = keystack_signature(&secret, "1731600000", b"{}");
    for (name, secret, timestamp, body, presented) in [
        ("secret", "aks_other", "1731600000", "{}", hex.as_str()),
        ("timestamp", "aks_example_secret", "1731600001", "{}", &hex),
        (
            "spelling of the timestamp",
            "aks_example_secret",
            "01731600000",
            "{}",
            &hex,
        ),
        ("body", "aks_example_secret", "1731600000", "{ }", &hex),
        (
            "shortened",
            "aks_example_secret",
            "1731600000",
            "{}",
            &hex[..62],
        ),
        ("odd", "aks_example_secret", "1731600000", "{}", &hex[..63]),
        ("empty", "aks_example_secret", "1731600000", "{}", ""),
        (
            "no hex",
            "aks_example_secret",
            "1731600000",
            "{}",
            "signature",
        ),
    ] {
        let secret = Secret::new(secret);
        let holds = verify_keystack(&secret, timestamp, body.as_bytes(), presented);
        assert!(!holds, "{name}");
    }
}

#[test]
fn a_timestamp_counts_seconds_or_milliseconds() {
    for (header, micros) in [
        ("0", Some(0)),
        ("1731600000", Some(1_731_600_000_000_000)),
        ("1731600000123", Some(1_731_600_000_123_000)),
        ("100000000000", Some(100_000_000_000_000_000)),
        ("100000000001", Some(100_000_000_001_000)),
        ("", None),
        ("-1", None),
        ("+1731600000", None),
        ("1731600000.5", None),
        (" 1731600000", None),
        ("2024-11-14T16:00:00Z", None),
        ("9223372036854775807", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(
            parse_keystack_timestamp(header).map(Timestamp::as_micros),
            micros,
            "{header}"
        );
    }
}

#[test]
fn five_minutes_either_way_are_tolerated() {
    let now = Timestamp::from_unix_seconds(1_731_600_000).unwrap();
    for (offset, tolerated) in [
        (0, true),
        (300_000_000, true),
        (-300_000_000, true),
        (300_000_001, false),
        (-300_000_001, false),
    ] {
        let at = Timestamp::from_micros(now.as_micros() + offset);
        assert_eq!(
            within_tolerance(at, now, KEYSTACK_TOLERANCE),
            tolerated,
            "{offset} us"
        );
    }
}

proptest! {
    #[test]
    fn what_was_signed_verifies_and_another_body_does_not(
        secret: String,
        timestamp in "[0-9]{1,13}",
        body: Vec<u8>,
        other: Vec<u8>,
    ) {
        let secret = Secret::new(secret);
        let hex = keystack_signature(&secret, &timestamp, &body);
        prop_assert!(verify_keystack(&secret, &timestamp, &body, &hex));
        prop_assert_eq!(verify_keystack(&secret, &timestamp, &other, &hex), body == other);
    }

    #[test]
    fn arbitrary_headers_never_panic(timestamp: String, presented: String) {
        let _ = parse_keystack_timestamp(&timestamp);
        let secret = Secret::new("aks_example_secret");
        let holds = verify_keystack(&secret, &timestamp, b"body", &presented);
        prop_assert!(!holds);
    }
}
