//! How far a delivery or a mail is, as its seller sees it.

/// What is shown of something that is neither done nor given up. An attempt under way is counted
/// already, and the first attempt retries nothing.
pub(super) fn waiting(is_leased: bool, attempts: u32) -> &'static str {
    if attempts > u32::from(is_leased) {
        "retrying"
    } else {
        "pending"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_second_attempt_is_a_retry() {
        for (is_leased, attempts, shown) in [
            (false, 0, "pending"),
            (true, 1, "pending"),
            (false, 1, "retrying"),
            (true, 2, "retrying"),
            (false, 9, "retrying"),
        ] {
            assert_eq!(
                waiting(is_leased, attempts),
                shown,
                "{is_leased} {attempts}"
            );
        }
    }
}
