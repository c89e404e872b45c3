//! Adding calendar months to Unix times.

const DAY: i64 = 86_400;

/// The time `months` calendar months later. A day that the month lacks becomes its last day.
pub(crate) fn add_months(seconds: i64, months: i64) -> i64 {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let months = year * 12 + month - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let length =
        days_from_civil(year + month / 12, month % 12 + 1, 1) - days_from_civil(year, month, 1);
    days_from_civil(year, month, day.min(length)) * DAY + rest
}

/// The date of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The number of days from 1970-01-01 to a date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::add_months;

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_one() {
        // 2027-01-31T00:00:07Z and the following months.
        let january = 1_801_353_607;
        for (months, seconds) in [
            (0, january),
            (1, 1_803_772_807),
            (2, 1_806_451_207),
            (12, 1_832_889_607),
            (13, 1_835_395_207),
        ] {
            assert_eq!(add_months(january, months), seconds, "{months}");
        }
    }
}
