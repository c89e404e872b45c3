//! The progress of deliveries and mails, as sellers see it.

/// The progress of a delivery or mail that is neither done nor failed: `retrying` after a failed
/// attempt, else `pending`. A running attempt is included in `attempts`.
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
