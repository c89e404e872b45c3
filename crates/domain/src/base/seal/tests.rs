#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

const NONCE: [u8; 12] = *b"twelve bytes";
const CONTEXT: SealContext<'static> = SealContext {
    kind: "api-key",
    id: "ak_live_1",
    field: "secret",
};

fn key(id: &str, digit: char) -> MasterKey {
    MasterKey::parse(&format!("{id}:{}", digit.to_string().repeat(64))).unwrap()
}

fn ring(primary: MasterKey, others: Vec<MasterKey>) -> KeyRing {
    KeyRing::new(primary, others).unwrap()
}

#[test]
fn what_was_sealed_opens_in_its_context() {
    let ring = ring(key("k1", 'a'), vec![]);
    let sealed = ring.seal(NONCE, &CONTEXT, b"aks_secret");
    let stored = Sealed::from_bytes(&sealed.to_bytes()).unwrap();
    assert_eq!(stored, sealed);
    let opened = ring.open(&CONTEXT, &stored).unwrap();
    assert_eq!(opened.into_text().unwrap().expose(), "aks_secret");
}

#[test]
fn no_other_context_opens_it() {
    let ring = ring(key("k1", 'a'), vec![]);
    let sealed = ring.seal(NONCE, &CONTEXT, b"aks_secret");
    for (kind, id, field) in [
        ("webhook", "ak_live_1", "secret"),
        ("api-key", "ak_live_2", "secret"),
        ("api-key", "ak_live_1", "old-secret"),
        ("ak_live_1", "api-key", "secret"),
        ("api-keya", "k_live_1", "secret"),
        ("api-key", "ak_live_1secret", ""),
        ("", "", ""),
    ] {
        let context = SealContext { kind, id, field };
        assert_eq!(
            ring.open(&context, &sealed).unwrap_err(),
            OpenError::Refused,
            "{context:?}"
        );
    }
}

#[test]
fn the_name_of_the_key_is_bound_too() {
    let both = ring(key("k1", 'a'), vec![key("k2", 'a')]);
    let mut bytes = both.seal(NONCE, &CONTEXT, b"aks_secret").to_bytes();
    bytes[3] = b'2';
    let renamed = Sealed::from_bytes(&bytes).unwrap();
    assert_eq!(renamed.key_id().as_str(), "k2");
    assert_eq!(
        both.open(&CONTEXT, &renamed).unwrap_err(),
        OpenError::Refused
    );
}

#[test]
fn any_flipped_bit_is_refused() {
    let ring = ring(key("k1", 'a'), vec![]);
    let bytes = ring.seal(NONCE, &CONTEXT, b"aks_secret").to_bytes();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[place] ^= 1 << bit;
            let opened = Sealed::from_bytes(&altered).map(|sealed| ring.open(&CONTEXT, &sealed));
            assert!(!matches!(opened, Ok(Ok(_))), "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn what_is_cut_short_is_refused() {
    let ring = ring(key("k1", 'a'), vec![]);
    let bytes = ring.seal(NONCE, &CONTEXT, b"aks_secret").to_bytes();
    for length in 0..bytes.len() {
        let opened =
            Sealed::from_bytes(&bytes[..length]).map(|sealed| ring.open(&CONTEXT, &sealed));
        assert!(!matches!(opened, Ok(Ok(_))), "{length} bytes");
    }
}

#[test]
fn an_older_key_still_opens_and_a_forgotten_one_is_named() {
    let old = ring(key("2025", 'a'), vec![]);
    let sealed = old.seal(NONCE, &CONTEXT, b"aks_secret");

    let rotated = ring(key("2026", 'b'), vec![key("2025", 'a')]);
    let opened = rotated.open(&CONTEXT, &sealed).unwrap();
    assert_eq!(opened.expose(), b"aks_secret");
    let renewed = rotated.seal(NONCE, &CONTEXT, opened.expose());
    assert_eq!(renewed.key_id().as_str(), "2026");

    let forgotten = ring(key("2026", 'b'), vec![]);
    assert_eq!(
        forgotten.open(&CONTEXT, &sealed).unwrap_err(),
        OpenError::UnknownKey(KeyId::parse("2025").unwrap())
    );
    let mistaken = ring(key("2025", 'b'), vec![]);
    assert_eq!(
        mistaken.open(&CONTEXT, &sealed).unwrap_err(),
        OpenError::Refused
    );
}

#[test]
fn two_keys_of_one_name_make_no_ring() {
    for (primary, others) in [("k1", vec!["k1"]), ("k1", vec!["k2", "k2"])] {
        let others: Vec<_> = others.into_iter().map(|id| key(id, 'b')).collect();
        let name = others.last().unwrap().id().clone();
        assert_eq!(
            KeyRing::new(key(primary, 'a'), others).unwrap_err(),
            DuplicateKeyId(name)
        );
    }
}

#[test]
fn reads_a_key_with_and_without_its_name() {
    let hex = "0123456789abcdefABCDEF".repeat(3)[..64].to_owned();
    for (text, id) in [
        (hex.clone(), "k1"),
        (format!("k1:{hex}"), "k1"),
        (format!("2026-11:{hex}"), "2026-11"),
    ] {
        assert_eq!(MasterKey::parse(&text).unwrap().id().as_str(), id);
    }
    for (text, refusal) in [
        (String::new(), InvalidMasterKey::Key),
        (hex[1..].to_owned(), InvalidMasterKey::Key),
        (format!("{hex}00"), InvalidMasterKey::Key),
        (hex.replace('0', "g"), InvalidMasterKey::Key),
        (format!("k1:k2:{hex}"), InvalidMasterKey::Key),
        (format!(":{hex}"), InvalidMasterKey::Id(InvalidKeyId)),
        (format!("K1:{hex}"), InvalidMasterKey::Id(InvalidKeyId)),
        (
            format!("seventeen-letters:{hex}"),
            InvalidMasterKey::Id(InvalidKeyId),
        ),
    ] {
        assert_eq!(MasterKey::parse(&text).unwrap_err(), refusal, "{text}");
    }
}

#[test]
fn neither_keys_nor_what_was_opened_print() {
    let ring = ring(key("k1", 'a'), vec![]);
    let sealed = ring.seal(NONCE, &CONTEXT, b"aks_secret");
    let printed = format!("{ring:?} {:?}", ring.open(&CONTEXT, &sealed).unwrap());
    assert_eq!(
        printed,
        "KeyRing { primary: MasterKey(k1, …), others: [] } Opened(…)"
    );
}

proptest! {
    #[test]
    fn any_secret_comes_back_whole(secret: Vec<u8>, nonce: [u8; 12]) {
        let ring = ring(key("k1", 'a'), vec![]);
        let stored = ring.seal(nonce, &CONTEXT, &secret).to_bytes();
        let opened = ring.open(&CONTEXT, &Sealed::from_bytes(&stored).unwrap()).unwrap();
        prop_assert_eq!(opened.expose(), secret);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        if let Ok(sealed) = Sealed::from_bytes(&bytes) {
            prop_assert!(ring(key("k1", 'a'), vec![]).open(&CONTEXT, &sealed).is_err());
        }
    }
}

#[test]
fn a_signature_is_good_for_its_purpose_message_and_key_only() {
    let both = ring(key("k1", 'a'), vec![key("k2", 'b')]);
    let (id, signature) = both.sign("order", b"text");
    let k2 = KeyId::parse("k2").unwrap();
    assert!(both.verify("order", id, b"text", &signature));
    for (purpose, id, message, signature) in [
        ("other", id, "text", &signature[..]),
        ("order", &k2, "text", &signature),
        ("order", id, "texts", &signature),
        ("order", id, "text", &signature[..31]),
        ("order", id, "text", &[]),
    ] {
        let is_good = both.verify(purpose, id, message.as_bytes(), signature);
        assert!(!is_good, "{purpose} {id} {message} {signature:?}");
    }
    let changed = ring(key("k2", 'b'), vec![key("k1", 'a')]);
    assert!(changed.verify("order", id, b"text", &signature));
    assert_ne!(changed.sign("order", b"text").1, signature);
}

#[test]
fn a_key_of_zeros_is_refused() {
    for text in ["00".repeat(32), format!("k2:{}", "0".repeat(64))] {
        assert_eq!(MasterKey::parse(&text).unwrap_err(), InvalidMasterKey::Weak);
    }
    assert!(MasterKey::parse(&format!("{}01", "00".repeat(31))).is_ok());
}
