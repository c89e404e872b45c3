//! Crockford's base32: five bits a symbol, no I, L, O or U.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes as one number, the first byte the highest. Of more than 16 bytes only the last 16 count.
pub(super) fn number(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

/// The lowest `count` times five bits of a number, the highest first.
pub(super) fn encode(mut number: u128, count: usize) -> String {
    let mut symbols: Vec<char> = Vec::with_capacity(count);
    for _ in 0..count {
        symbols.push(symbol(number));
        number >>= 5;
    }
    symbols.into_iter().rev().collect()
}

#[expect(clippy::indexing_slicing, reason = "a remainder of 32 is below 32")]
fn symbol(number: u128) -> char {
    char::from(ALPHABET[(number % 32) as usize])
}

/// The symbol a person meant: any case, I and L for 1, O for 0. `None` when it is none.
pub(super) fn fold(typed: char) -> Option<char> {
    let symbol = match typed.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let byte = u8::try_from(symbol).ok()?;
    ALPHABET.contains(&byte).then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_five_bits_a_symbol_highest_first() {
        for (number, count, symbols) in [
            (0, 1, "0"),
            (31, 1, "Z"),
            (32, 2, "10"),
            (0x1f, 4, "000Z"),
            (0xf_ffff, 4, "ZZZZ"),
            (0b00001_00010_10001, 3, "12H"),
        ] {
            assert_eq!(encode(number, count), symbols);
        }
    }

    #[test]
    fn reads_bytes_from_the_highest() {
        assert_eq!(number(&[1, 0]), 256);
        assert_eq!(number(&[0xff; 16]), u128::MAX);
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
