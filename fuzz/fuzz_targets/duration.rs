//! The term of a license: durations and dates.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::term::Term;

fuzz_target!(|text: &str| {
    let Ok(term) = Term::parse(text) else { return };
    assert_eq!(
        Term::parse(&term.to_string()),
        Ok(term),
        "the printed term reads back as the same term"
    );
    for minted in [Timestamp::EPOCH, Timestamp::from_micros(i64::MAX)] {
        if let Ok(Some(end)) = term.expires_at(minted) {
            assert!(end >= minted);
        }
    }
});
