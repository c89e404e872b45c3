//! The symbols of generated keys: Crockford's base32, five bits a symbol.

use crate::base::base32;

/// The first `count` times five bits of `bytes`, as symbols.
pub(super) fn encode(bytes: &[u8], count: usize) -> String {
    let mut symbols = base32::UPPER.encode(bytes);
    symbols.truncate(count);
    symbols
}

/// The symbol that a person meant: case is ignored, and I and L stand for 1, O for 0. `None` if the
/// character is not a symbol.
pub(super) fn fold(typed: char) -> Option<char> {
    let symbol = match typed.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    base32::UPPER_SYMBOLS.contains(symbol).then_some(symbol)
}

/// The symbols that a person meant; `None` if a character is not a symbol.
pub(super) fn fold_all(typed: &str) -> Option<String> {
    typed.chars().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_five_bits_a_symbol_highest_first() {
        for (bytes, count, symbols) in [
            (&[0x00][..], 1, "0"),
            (&[0xf8], 1, "Z"),
            (&[0x08, 0x00], 2, "10"),
            (&[0x00, 0x01, 0xf0], 4, "000Z"),
            (&[0xff, 0xff, 0xf0], 4, "ZZZZ"),
            (&[0b0000_1000, 0b1010_0010], 3, "12H"),
        ] {
            assert_eq!(encode(bytes, count), symbols, "{bytes:?}");
        }
    }

    #[test]
    fn drops_the_bits_after_the_last_symbol() {
        assert_eq!(encode(&[0, 0, 0x0f], 4), "0000");
        assert_eq!(encode(&[0xff; 16], 25), "Z".repeat(25));
    }

    #[test]
    fn folds_what_is_easily_misread_and_nothing_else() {
        for (typed, meant) in [
            ('i', Some('1')),
            ('L', Some('1')),
            ('o', Some('0')),
            ('z', Some('Z')),
            ('7', Some('7')),
            ('U', None),
            ('-', None),
            ('\u{131}', None),
        ] {
            assert_eq!(fold(typed), meant, "{typed}");
        }
    }
}
