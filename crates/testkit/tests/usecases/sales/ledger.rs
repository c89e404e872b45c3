//! Reading the balance of an account into the ledger.

use std::time::Duration;

use mintage_domain::model::sales::ledger::books::FULL_EVERY;
use mintage_domain::model::sales::ledger::transaction::BalanceTransaction;
use mintage_domain::ports::{Ledgers, SalesGroup, SalesRange};
use mintage_domain::usecase::sales::catch_up::catch_up;
use mintage_domain::usecase::sales::ledger::{LedgerReport, Step, read_account, read_due, step};
use mintage_domain::usecase::sales::report::{Balance, report};
use mintage_domain::usecase::stripe::reconcile::Pace;

use crate::seller::Seller;

fn read(seller: &Seller) -> Step {
    let (store, stripe) = (&*seller.store, &*seller.stripe);
    let env = seller.shop.env.env();
    let account = seller.shop.account_ref();
    read_account(store, stripe, &env, &account, 10).expect("the store answers")
}

fn balance(seller: &Seller) -> Balance {
    let range = SalesRange {
        tenant: seller.shop.tenant.id.clone(),
        mode: seller.shop.mode,
        from: None,
        until: None,
    };
    let report = report(&*seller.store, &range, SalesGroup::Currency).expect("a report");
    let [balance] = <[Balance; 1]>::try_from(report.balances).expect("one currency");
    balance
}

#[test]
fn every_page_is_read_and_nothing_is_read_twice() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    for _ in 0..250 {
        seller.stripe.book_charge(&account);
    }
    assert_eq!(read(&seller), Step::Finished);
    assert_eq!(balance(&seller).ledger, 250 * 2_786);
    seller.stripe.book_charge(&account);
    assert_eq!(read(&seller), Step::Finished);
    let balance = balance(&seller);
    assert_eq!((balance.ledger, balance.difference), (251 * 2_786, 0));
}

#[test]
fn a_step_ends_with_its_page_and_the_next_one_goes_on() {
    let seller = Seller::on_sale();
    for _ in 0..150 {
        seller.stripe.book_charge(&seller.shop.account_ref());
    }
    let env = seller.shop.env.env();
    let next = || {
        let (store, stripe) = (&*seller.store, &*seller.stripe);
        step(store, stripe, &env, &seller.shop.books_id()).expect("the store answers")
    };
    assert_eq!((next(), next()), (Step::More, Step::Finished));
    assert_eq!(balance(&seller).ledger, 150 * 2_786);
}

#[test]
fn a_transaction_that_stripe_shows_late_is_read() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let late = seller.shop.balance_transaction();
    let newer = BalanceTransaction {
        created_at: late.created_at.plus(Duration::from_mins(5)),
        ..seller.shop.balance_transaction()
    };
    seller.stripe.book(&account, newer);
    assert_eq!(read(&seller), Step::Finished);
    seller.stripe.book(&account, late);
    assert_eq!(read(&seller), Step::Finished);
    assert_eq!(balance(&seller).ledger, 2 * 2_771);
}

#[test]
fn what_stripe_no_longer_has_is_shown_as_a_difference() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    let wiped = seller.shop.balance_transaction();
    seller.stripe.book(&account, wiped.clone());
    seller.stripe.book_charge(&account);
    read(&seller);
    assert_eq!(balance(&seller).difference, 0);
    seller.stripe.forget(&account, &wiped.id);
    seller.shop.env.clock.advance(FULL_EVERY);
    read(&seller);
    let balance = balance(&seller);
    assert_eq!((balance.stripe, balance.difference), (2_786, -2_771));
    assert_eq!(balance.ledger + balance.difference, balance.stripe);
}

#[test]
fn a_stripe_that_fails_is_asked_again_later_and_nothing_is_lost() {
    let seller = Seller::on_sale();
    let account = seller.shop.account_ref();
    seller.stripe.book_charge(&account);
    seller.stripe.end_grant(&account);
    let env = seller.shop.env.env();
    let due = || read_due(&*seller.store, &*seller.stripe, &env, 10).expect("the store answers");
    let failed = LedgerReport {
        failed: 1,
        ..LedgerReport::default()
    };
    assert_eq!(due(), failed);
    assert_eq!(due(), LedgerReport::default(), "it waits");
    let code = seller.stripe.grant_code_for(&account);
    let grant = mintage_domain::ports::Stripe::exchange(&*seller.stripe, account.mode, &code);
    grant.expect("a grant");
    seller.shop.env.clock.advance(Duration::from_mins(1));
    assert_eq!(due().finished, 1);
    assert_eq!(balance(&seller).ledger, 2_786);
    let books = seller.store.books(&seller.shop.books_id());
    assert_eq!(
        books.expect("the store answers").expect("books").failures,
        0
    );
}

#[test]
fn an_account_that_another_node_reads_is_left_to_it() {
    let seller = Seller::on_sale();
    let mut books = seller.shop.books();
    books.begin_step(seller.shop.now());
    let mut changes = seller.shop.changes();
    changes
        .books
        .push(mintage_domain::commit::write::Write::changed(books));
    mintage_domain::ports::Commit::commit(&*seller.store, changes).expect("it is new");
    assert_eq!(read(&seller), Step::Busy);
    let env = seller.shop.env.env();
    let report = read_due(&*seller.store, &*seller.stripe, &env, 10);
    assert_eq!(report, Ok(LedgerReport::default()));
    seller.shop.env.clock.advance(Duration::from_mins(3));
    assert_eq!(read(&seller), Step::Finished);
}

/// A pace that waits for nothing, and stops at once or never.
struct Steps {
    is_stopped: bool,
}

impl Pace for Steps {
    fn before_call(&self) {}

    fn wait(&self, _: Duration) {}

    fn is_stopped(&self) -> bool {
        self.is_stopped
    }
}

#[test]
fn all_accounts_are_caught_up_with_unless_it_is_stopped() {
    let seller = Seller::on_sale();
    for _ in 0..150 {
        seller.stripe.book_charge(&seller.shop.account_ref());
    }
    let (store, stripe) = (&*seller.store, &*seller.stripe);
    let env = seller.shop.env.env();
    let run = |is_stopped| catch_up(store, stripe, &env, &Steps { is_stopped });
    assert_eq!(run(true), Ok(LedgerReport::default()));
    let finished = LedgerReport {
        finished: 1,
        ..LedgerReport::default()
    };
    assert_eq!(run(false), Ok(finished));
    assert_eq!(balance(&seller).ledger, 150 * 2_786);
    seller.stripe.end_grant(&seller.shop.account_ref());
    let failed = LedgerReport {
        failed: 1,
        ..LedgerReport::default()
    };
    assert_eq!(run(false), Ok(failed));
}
