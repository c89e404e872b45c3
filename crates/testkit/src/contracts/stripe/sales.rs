//! The balance of an account, coupons and promotion codes.

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::promotion_code::{
    CodeText, Discount, DurationKind, PercentOff,
};
use mintage_domain::ports::{BookedSince, NewCoupon, NewPromotionCode, StripeError};

use crate::contracts::stripe::connecting::{connected, key};
use crate::contracts::stripe::harness::StripeHarness;

fn coupon(id: &str) -> NewCoupon {
    NewCoupon {
        id: id.to_owned(),
        name: "A quarter".to_owned(),
        discount: Discount::Percent(PercentOff::from_hundredths(2_500).expect("a share")),
        duration: DurationKind::Repeating,
        months: Some(3),
        products: Vec::new(),
    }
}

fn code(coupon: &str, text: &str) -> NewPromotionCode {
    NewPromotionCode {
        coupon: coupon.to_owned(),
        code: CodeText::parse(text).expect("a code"),
        max_redemptions: Some(5),
        expires_at: None,
        first_time_only: true,
        active: true,
    }
}

/// Transactions are listed newest first, those after one on the next page.
pub fn transactions_are_listed_page_by_page(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let account = connected(harness, Mode::Sandbox);
    let access = account.clone().into();
    let all = BookedSince {
        from: Timestamp::EPOCH,
        until: None,
        after: None,
    };
    let page = stripe.balance_transactions(&access, &all).expect("a list");
    assert!(page.items.is_empty() && !page.has_more);
    for _ in 0..101 {
        harness.book_charge(&account);
    }
    let first = stripe.balance_transactions(&access, &all).expect("a list");
    assert_eq!((first.items.len(), first.has_more), (100, true));
    let after = first.items.last().map(|it| it.id.clone());
    let rest = stripe.balance_transactions(
        &access,
        &BookedSince {
            after,
            ..all.clone()
        },
    );
    let rest = rest.expect("a list");
    assert_eq!((rest.items.len(), rest.has_more), (1, false));
    assert!(!first.items.contains(&rest.items[0]));
    for booked in first.items.iter().chain(&rest.items) {
        assert_eq!(booked.net, booked.amount - booked.fee);
        assert!(booked.intent.is_some() && booked.source.is_some());
    }
    let charges = stripe.charges(&access, &all).expect("a list");
    let newest = (first.items[0].source.clone(), first.items[0].intent.clone());
    let charge = charges.items[0].clone();
    assert_eq!((Some(charge.id), charge.intent), newest);
}

/// The text of a code is taken while another active code of the account has it, in any case.
pub fn a_code_is_taken_while_it_is_active(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let access = connected(harness, Mode::Sandbox).into();
    stripe
        .create_coupon(&access, &coupon("mintage_pc_1"), &key("coupon"))
        .expect("a coupon");
    let create = |text: &str, name| {
        stripe.create_promotion_code(&access, &code("mintage_pc_1", text), &key(name))
    };
    let first = create("SPRING", "first").expect("a code");
    assert_eq!(create("SPRING", "first"), Ok(first.clone()), "the same key");
    let taken = create("spring", "second");
    let Err(StripeError::Refused(refusal)) = taken else {
        panic!("the code is taken: {taken:?}");
    };
    assert_eq!(refusal.code.as_deref(), Some("resource_already_exists"));
    stripe
        .set_promotion_code_active(&access, &first, false)
        .expect("the code exists");
    assert!(create("spring", "third").is_ok_and(|second| second != first));
}

/// A coupon can be deleted twice. Its codes can no longer be used, so their texts are free.
pub fn a_deleted_coupon_ends_its_codes(harness: &dyn StripeHarness) {
    let stripe = harness.stripe();
    let access = connected(harness, Mode::Sandbox).into();
    let made = coupon("mintage_pc_1");
    stripe
        .create_coupon(&access, &made, &key("coupon"))
        .expect("a coupon");
    let create = |coupon: &str, name| {
        stripe.create_promotion_code(&access, &code(coupon, "SPRING"), &key(name))
    };
    create("mintage_pc_1", "first").expect("a code");
    for _ in 0..2 {
        assert_eq!(stripe.delete_coupon(&access, "mintage_pc_1"), Ok(()));
    }
    assert!(matches!(
        create("mintage_pc_1", "second"),
        Err(StripeError::NotFound(_))
    ));
    stripe
        .create_coupon(&access, &coupon("mintage_pc_2"), &key("another"))
        .expect("a coupon");
    create("mintage_pc_2", "third").expect("the text is free");
}
