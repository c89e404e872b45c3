#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

const SECRET: ProductSecret = ProductSecret::from_bytes([7; 32]);

fn prefix(text: &str) -> KeyPrefix {
    KeyPrefix::parse(text).unwrap()
}

fn presented(text: &str) -> PresentedKey {
    PresentedKey::parse(text).unwrap()
}

fn finds(text: &str, key: &LicenseKey) -> bool {
    presented(text).candidates().contains(&key.hash())
}

/// Reckoned by hand with another language's HMAC and base32.
#[test]
fn keys_are_printed_as_published() {
    let random = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    let classic = LicenseKey::classic(&prefix("ACME"), *random.first_chunk().unwrap());
    assert_eq!(classic.expose(), "ACME-0410-6105-0R3G-G28A");
    assert_eq!(classic.masked(), "ACME-****-****-****-G28A");
    let checked = LicenseKey::checked(&prefix("KS"), random, &SECRET);
    assert_eq!(checked.expose(), "KS-04106-1050R-3GG28-A1C60-W21P");
    assert_eq!(checked.masked(), "KS-*****-*****-*****-*****-W21P");
}

/// `printf 'ACME-4B2K-9XJP-T8WM-Q3VZ' | sha256sum`
#[test]
fn the_hash_is_that_of_the_printed_key() {
    let hash = LicenseKey::imported("ACME-4B2K-9XJP-T8WM-Q3VZ")
        .unwrap()
        .hash();
    assert_eq!(
        hash.to_string(),
        "3e74c59ffe9cf1581786352bae171fe81ee2560f199933a0f1ae85aeb77417d3"
    );
    assert_eq!(KeyHash::from_bytes(*hash.as_bytes()), hash);
}

#[test]
fn a_key_is_found_however_it_was_typed() {
    let acme = prefix("ACME");
    let key = LicenseKey::classic(&acme, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for typed in [
        "ACME-0410-6105-0R3G-G28A",
        "acme-0410-6105-0r3g-g28a",
        "acme041061050r3gg28a",
        "  ACME 0410 6105 0R3G G28A ",
        "ACME-O4IO-6LO5-oR3G-G28A",
        "ACM-E0410\u{2013}6105\u{2014}0R3G\u{2212}G28A",
    ] {
        assert!(finds(typed, &key), "{typed}");
    }
    for typed in [
        "ACME-0410-6105-0R3G-G28B",
        "ACME-0410-6105-0R3G-G28",
        "ACME-0410-6105-0R3G-G28AA",
        "0410-6105-0R3G-G28A",
        "ACMF-0410-6105-0R3G-G28A",
        "ACME_0410_6105_0R3G_G28A",
    ] {
        assert!(!finds(typed, &key), "{typed}");
    }
}

#[test]
fn what_copying_and_pasting_adds_is_not_read() {
    let sold = LicenseKey::classic(&prefix("ACME"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let imported = LicenseKey::imported("old.key/9").unwrap();
    let wide = |text: &str| -> String {
        let widen = |c| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
        text.chars().map(widen).collect()
    };
    for key in [sold, imported] {
        let text = key.expose();
        for added in [
            "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{202a}",
            "\u{202e}", "\u{2066}", "\u{2069}", "\u{200e}", "\u{200f}", "\u{61c}", "\u{34f}",
            "\u{180e}", "\u{fe0f}", "\n", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\t",
        ] {
            let (start, end) = text.split_at(5);
            for pasted in [
                format!("{added}{text}{added}"),
                format!("{start}{added}{end}"),
                format!(" {added} {text}"),
            ] {
                assert!(finds(&pasted, &key), "{pasted:?}");
            }
        }
        assert!(finds(&wide(text), &key), "{}", wide(text));
        assert!(finds(&format!("\u{3000}{text}"), &key), "{text}");
    }
}

#[test]
fn a_key_is_found_by_its_own_prefix_and_format() {
    let random = [3; 13];
    for word in ["KS", "ACME", "LONGEST8"] {
        let word = prefix(word);
        for key in [
            LicenseKey::classic(&word, *random.first_chunk().unwrap()),
            LicenseKey::checked(&word, random, &SECRET),
        ] {
            let typed = key.expose().to_lowercase().replace('-', "");
            assert!(finds(&typed, &key), "{typed}");
        }
    }
}

#[test]
fn the_letters_of_a_prefix_are_never_folded() {
    let (lilo, folded) = (prefix("LILO"), prefix("1110"));
    let random = [9; 10];
    let key = LicenseKey::classic(&lilo, random);
    let other = LicenseKey::classic(&folded, random);
    assert!(finds(&key.expose().to_lowercase(), &key));
    assert!(!finds(other.expose(), &key));
    assert!(!finds(key.expose(), &other));
}

#[test]
fn an_imported_key_is_found_as_it_is_and_only_trimmed() {
    for text in [
        "abcd",
        "Old Key 1",
        "oIl-0",
        "ACME-oooo-oooo-oooo-oooo",
        "clé-9876",
    ] {
        let key = LicenseKey::imported(&format!(" {text}\n")).unwrap();
        assert_eq!(key.expose(), text);
        assert!(finds(&format!("\t{text} "), &key), "{text}");
        assert!(!finds(&text.replace('o', "0").to_uppercase(), &key));
    }
}

#[test]
fn one_hash_is_tried_where_two_would_be_the_same() {
    for (text, hashes) in [
        ("ACME-0410-6105-0R3G-G28A", 1),
        ("acme-0410-6105-0r3g-g28a", 2),
        ("something else", 1),
    ] {
        let candidates = presented(text).candidates();
        assert_eq!(candidates.len(), hashes, "{text}");
    }
}

#[test]
fn an_imported_key_shows_its_end_only_when_it_is_long() {
    for (text, masked) in [
        ("abcd", "****"),
        ("abcd1234", "****"),
        ("abcd12345", "****2345"),
        ("éééééééé-clé9", "****clé9"),
    ] {
        assert_eq!(LicenseKey::imported(text).unwrap().masked(), masked);
    }
}

#[test]
fn refuses_what_is_too_short_too_long_or_holds_control_characters() {
    for (text, refusal) in [
        ("abc".to_owned(), InvalidKey::Length),
        ("  abc  ".to_owned(), InvalidKey::Length),
        ("a".repeat(129), InvalidKey::Length),
        ("ab\u{200b}\n".to_owned(), InvalidKey::Length),
        ("ab\u{7}cd".to_owned(), InvalidKey::ControlCharacter),
        ("ab\0cd".to_owned(), InvalidKey::ControlCharacter),
    ] {
        assert_eq!(PresentedKey::parse(&text).unwrap_err(), refusal);
        assert_eq!(LicenseKey::imported(&text).unwrap_err(), refusal);
    }
    assert!(PresentedKey::parse(&"é".repeat(128)).is_ok());
}

#[test]
fn keys_and_secrets_do_not_print() {
    let key = LicenseKey::checked(&prefix("KS"), [1; 13], &SECRET);
    let printed = format!("{key:?} {:?} {SECRET:?}", presented(key.expose()));
    assert_eq!(printed, "LicenseKey(…) PresentedKey(…) ProductSecret(…)");
}

#[test]
fn a_checksum_holds_for_its_product_only() {
    let ks = prefix("KS");
    let key = LicenseKey::checked(&ks, [5; 13], &SECRET);
    let typed = presented(key.expose());
    assert!(typed.has_shape(KeyFormat::Checked, &ks));
    assert!(typed.checksum_ok(&ks, &SECRET));
    assert!(!typed.checksum_ok(&ks, &ProductSecret::from_bytes([8; 32])));
    let renamed = presented(&key.expose().replacen("KS", "KT", 1));
    assert!(renamed.has_shape(KeyFormat::Checked, &prefix("KT")));
    assert!(!renamed.checksum_ok(&prefix("KT"), &SECRET));
    assert!(!typed.checksum_ok(&prefix("KT"), &SECRET));
}

/// One typo in a million goes unnoticed, so this sample of 744 has none; the secret and the key are
/// fixed, so that it never will.
#[test]
fn every_single_wrong_symbol_in_a_checked_key_is_noticed() {
    let ks = prefix("KS");
    let key = LicenseKey::checked(&ks, [11; 13], &SECRET);
    let places = key
        .expose()
        .char_indices()
        .skip("KS-".len())
        .filter(|(_, c)| *c != '-');
    let mut tried = 0;
    for (place, right) in places {
        for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
            .chars()
            .filter(|c| *c != right)
        {
            let mut typed = key.expose().to_owned();
            typed.replace_range(place..=place, &wrong.to_string());
            assert!(presented(&typed).has_shape(KeyFormat::Checked, &ks));
            assert!(!presented(&typed).checksum_ok(&ks, &SECRET), "{typed}");
            tried += 1;
        }
    }
    assert_eq!(tried, 24 * 31);
}

/// Writes a printed key as a hurried person would: `noise` chooses for each character.
fn garble(printed: &str, prefix: &KeyPrefix, noise: &[u8]) -> String {
    let symbols_begin = prefix.as_str().len();
    let mut typed = String::new();
    for ((place, c), noise) in printed.char_indices().zip(noise.iter().cycle()) {
        let written = match (c, noise % 4) {
            ('-', 0) => continue,
            ('-', 1) => ' ',
            ('1', 0) if place > symbols_begin => 'I',
            ('1', 1) if place > symbols_begin => 'l',
            ('0', 0) if place > symbols_begin => 'O',
            ('0', 1) if place > symbols_begin => 'o',
            (c, 0 | 1) => c.to_ascii_lowercase(),
            (c, _) => c,
        };
        typed.push(written);
    }
    typed
}

proptest! {
    #[test]
    fn a_classic_key_is_found_under_any_tolerated_noise(
        random: [u8; 10],
        word in "[A-Z0-9]{2,8}",
        noise in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let prefix = prefix(&word);
        let key = LicenseKey::classic(&prefix, random);
        let typed = garble(key.expose(), &prefix, &noise);
        prop_assert!(finds(&typed, &key), "{}", typed);
    }

    #[test]
    fn a_checked_key_is_found_and_right_under_any_tolerated_noise(
        random: [u8; 13],
        secret: [u8; 32],
        word in "[A-Z0-9]{2,8}",
        noise in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let (prefix, secret) = (prefix(&word), ProductSecret::from_bytes(secret));
        let key = LicenseKey::checked(&prefix, random, &secret);
        let typed = garble(key.expose(), &prefix, &noise);
        prop_assert!(finds(&typed, &key), "{}", typed);
        prop_assert!(presented(&typed).checksum_ok(&prefix, &secret), "{}", typed);
    }

    #[test]
    fn every_random_bit_that_counts_makes_another_key(random: [u8; 13], bit in 0..100_usize) {
        let (place, mask) = (bit / 8, 0x80_u8 >> (bit % 8));
        let mut other = random;
        other[place] ^= mask;
        let checked = |random| LicenseKey::checked(&prefix("KS"), random, &SECRET);
        prop_assert_ne!(checked(random).hash(), checked(other).hash());
        if place < 10 {
            let classic = |random: [u8; 13]| {
                LicenseKey::classic(&prefix("ACME"), *random.first_chunk().unwrap())
            };
            prop_assert_ne!(classic(random).hash(), classic(other).hash());
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        if let Ok(key) = PresentedKey::parse(&text) {
            prop_assert!((1..=2).contains(&key.candidates().len()));
            prop_assert!(!key.checksum_ok(&prefix("ACME"), &SECRET));
            prop_assert!(!LicenseKey::imported(&text).unwrap().masked().is_empty());
        }
    }
}
