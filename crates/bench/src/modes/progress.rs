//! Lines for the person who waits.

use std::io::Write;

use crate::load::Measured;

/// Says what is being done.
pub(crate) fn say(text: &str) {
    // Nobody may be reading.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says what one run gave.
pub(crate) fn tell(repeat: usize, name: &str, measured: &Measured) {
    let Measured {
        rate,
        p50_ms,
        p99_ms,
        server_us,
        database_us,
        load_us,
        ..
    } = measured;
    say(&format!(
        "{repeat}  {name:<34} {rate:>8.0}/s  p50 {p50_ms:>7.2} ms  p99 {p99_ms:>7.2} ms  \
         CPU {server_us:.0}/{database_us:.0}/{load_us:.0} us"
    ));
}
