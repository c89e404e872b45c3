//! The sales ledger.

use std::time::Duration;

use mintage_domain::base::page::Cursor;
use mintage_domain::base::stripe_value::CurrencyCode;
use mintage_domain::base::text::Text;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::ledger::books::{Books, Sums};
use mintage_domain::model::sales::ledger::entry::{LedgerEntry, SoldBy};
use mintage_domain::model::sales::ledger::postings::Postings;
use mintage_domain::model::sales::ledger::transaction::{BalanceTransaction, EntryKind};
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::ports::{SalesGroup, SalesRange, SalesSums};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{each_comes_back, each_overwrites};
use crate::fixtures::{Sale, Shop};

fn everything(shop: &Shop) -> SalesRange {
    SalesRange {
        tenant: shop.tenant.id.clone(),
        mode: shop.mode,
        from: None,
        until: None,
    }
}

fn add(store: &Nodes<'_>, shop: &Shop, entries: impl IntoIterator<Item = LedgerEntry>) {
    let writes = entries.into_iter().map(Write::changed);
    committed(store, changing(shop, |it| it.ledger_entries.extend(writes)));
}

/// The payment of a sale, linked to its order.
fn pay(store: &Nodes<'_>, shop: &Shop, sale: &Sale) -> PaymentKey {
    let payment = Payment {
        order: Some(sale.order.id.clone()),
        ..shop.payment()
    };
    let key = payment.key.clone();
    committed(
        store,
        changing(shop, |it| it.payments.push(Write::changed(payment))),
    );
    key
}

fn discount(shop: &Shop, sale: &Sale, amount: i64, code: Option<SoldBy>) -> LedgerEntry {
    let session = sale.order.session.as_ref().expect("a session");
    LedgerEntry {
        id: shop.ledger_entry_id(&session.as_str().parse_id()),
        kind: EntryKind::Discount,
        stripe_type: Text::truncated("discount"),
        postings: Postings::of_discount(amount, false),
        net: 0,
        order: Some(sale.order.id.clone()),
        code,
        ..shop.ledger_entry()
    }
}

trait ParseId {
    fn parse_id(&self) -> mintage_domain::base::stripe_value::StripeObjectId;
}

impl ParseId for str {
    fn parse_id(&self) -> mintage_domain::base::stripe_value::StripeObjectId {
        mintage_domain::base::stripe_value::StripeObjectId::parse(self).expect("an id")
    }
}

/// Entries of each kind, with the largest amounts, and with and without each optional field, read back
/// unchanged.
pub fn a_ledger_entry_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let largest = Postings {
        sales: 1,
        gross: i64::MAX,
        discount: i64::MIN,
        refunds: 3,
        disputes: -4,
        stripe_fees: 5,
        platform_fees: -6,
        other: 7,
        payouts: 8,
    };
    let kinds = EntryKind::ALL.map(|kind| LedgerEntry {
        kind,
        ..shop.ledger_entry()
    });
    each_comes_back(store, &shop, |it| &mut it.ledger_entries, kinds);
    let bare = LedgerEntry {
        source: None,
        intent: None,
        postings: largest,
        net: i64::MIN,
        stripe_type: Text::truncated(&"é".repeat(100)),
        currency: CurrencyCode::parse("xyz").expect("a code"),
        ..shop.ledger_entry()
    };
    let code = |campaign: Option<&str>| {
        Some(SoldBy {
            code: Text::truncated("SPRING"),
            campaign: campaign.map(Text::truncated),
        })
    };
    let variants = [None, code(None), code(Some("数独"))].map(|code| LedgerEntry {
        code,
        ..bare.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.ledger_entries, variants);
}

/// Books with a pass under way and with sums of a check read back unchanged.
pub fn books_read_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let now = shop.now();
    let mut begun = shop.books();
    begun.begin_step(now);
    let mut under_way = begun.clone();
    under_way.record_page(&[shop.balance_transaction()], true, now);
    let mut failed = under_way.clone();
    failed.record_failure(Some(Duration::from_secs(9)), now);
    let mut checked = begun.clone();
    let pass = checked.record_page(&[shop.balance_transaction()], false, now);
    checked.record_check(&pass.expect("the last page"), &Sums::new(), now);
    let variants = [shop.books(), begun, under_way, failed, checked];
    each_overwrites(store, &shop, |it| &mut it.books, variants);
}

/// The books of a connected account are due until they are read, and again when their time has come. Those
/// of an account that is left or that another node works on are not.
pub fn books_are_due_when_their_time_has_come(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let (now, id) = (shop.now(), shop.books_id());
    assert_eq!(store.books_due(now, 10), Ok(vec![]));
    let mut link = shop.account_link();
    link.active = true;
    let write = Write::changed(link);
    let mut link = write.value.clone();
    committed(store, changing(&shop, |it| it.accounts.push(write)));
    assert_eq!(store.books_due(now, 10), Ok(vec![id.clone()]));
    assert_eq!(store.books_due(now, 0), Ok(vec![]));
    let later = now.plus(Duration::from_mins(1));
    let mut books = Books {
        due_at: later,
        ..shop.books()
    };
    for (due_at, leased_until, at, is_due) in [
        (later, None, now, false),
        (later, None, later, true),
        (now, Some(later), now, false),
        (now, Some(later), later, true),
    ] {
        (books.due_at, books.leased_until) = (due_at, leased_until);
        let write = Write::changed(books.clone());
        books = write.value.clone();
        committed(store, changing(&shop, |it| it.books.push(write)));
        let due = store.books_due(at, 10).expect("the store answers");
        assert_eq!(
            due.contains(&id),
            is_due,
            "{due_at:?} {leased_until:?} {at:?}"
        );
    }
    assert_eq!(store.books_of(&id.tenant, shop.mode), Ok(vec![books]));
    link.active = false;
    committed(
        store,
        changing(&shop, |it| it.accounts.push(Write::changed(link))),
    );
    assert_eq!(store.books_due(later, 10), Ok(vec![]));
}

/// An entry belongs to the order of its payment, whichever is committed first, and to the code of the
/// discount of that order. What belongs to no order is a group of its own, and comes last.
pub fn an_entry_belongs_to_the_order_of_its_payment(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let early = shop.balance_transaction();
    add(
        store,
        &shop,
        [shop.ledger_entry_of(&early), shop.ledger_entry()],
    );
    let sums = |group| {
        let sums = store.sales_sums(&everything(&shop), group, 10);
        let sums = sums.expect("the store answers").groups.into_iter();
        sums.map(|it| {
            let net = it.net();
            (it.group, it.orders, it.gross, it.discount, net)
        })
        .collect::<Vec<_>>()
    };
    let unmapped = vec![(None, 2, 5_800, 0, Some(5_542))];
    for group in [SalesGroup::Product, SalesGroup::KeyType, SalesGroup::Code] {
        assert_eq!(sums(group), unmapped);
    }
    let key = pay(store, &shop, &sale);
    let paid = BalanceTransaction {
        intent: Some(key.intent),
        ..shop.balance_transaction()
    };
    let code = SoldBy {
        code: Text::truncated("SPRING"),
        campaign: Some(Text::truncated("easter")),
    };
    let entries = [
        shop.ledger_entry_of(&paid),
        discount(&shop, &sale, 725, Some(code.clone())),
    ];
    add(store, &shop, entries);
    for (group, name) in [
        (SalesGroup::Product, shop.product.id.as_str()),
        (SalesGroup::KeyType, shop.key_type.id.as_str()),
        (SalesGroup::Code, "SPRING"),
        (SalesGroup::Campaign, "easter"),
    ] {
        let mapped = (Some(name.to_owned()), 1, 3_625, 725, Some(2_771));
        assert_eq!(
            sums(group),
            [vec![mapped], unmapped.clone()].concat(),
            "{name}"
        );
    }
    let entries = store.ledger_range(&everything(&shop), None, 10);
    let entries = entries.expect("the store answers");
    let of_sale = entries.iter().filter(|it| it.order.is_some());
    let of_sale: Vec<_> = of_sale.collect();
    assert_eq!((entries.len(), of_sale.len()), (4, 2));
    for it in of_sale {
        assert_eq!(it.order.as_ref(), Some(&sale.order.id));
        assert_eq!(it.product.as_ref(), Some(&shop.product.id));
        assert_eq!(it.key_type.as_ref(), Some(&shop.key_type.id));
        assert_eq!(it.code.as_ref(), Some(&code));
    }
}

/// Sums are made by day, currency and account, of the time and mode that is asked for, and of one tenant.
pub fn the_ledger_is_summed_by_day_currency_and_account(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let start = shop.now();
    let day = Duration::from_hours(24);
    let booked = |days: u32, currency: &str, kind: &str, amount: i64, fee: i64| {
        shop.ledger_entry_of(&BalanceTransaction {
            kind: kind.to_owned(),
            category: kind.to_owned(),
            amount,
            fee,
            platform_fee: 0,
            net: amount - fee,
            currency: CurrencyCode::parse(currency).expect("a code"),
            created_at: start.plus(day * days),
            ..shop.balance_transaction()
        })
    };
    let entries = [
        booked(0, "usd", "charge", 1_000, 59),
        booked(0, "usd", "refund", -300, 0),
        booked(0, "jpy", "charge", 500, 44),
        booked(1, "usd", "dispute", -700, 1_500),
        booked(1, "usd", "dispute_reversal", 700, -1_500),
        booked(2, "usd", "payout", -400, 0),
        booked(2, "usd", "novelty", -7, 0),
    ];
    add(store, &shop, entries);
    add(store, &other, [other.ledger_entry()]);
    let name = |days: u32| Some(SalesGroup::day(start.plus(day * days)));
    let sums = |range: &SalesRange, group| {
        let sums = store.sales_sums(range, group, 100);
        sums.expect("the store answers").groups
    };
    let row = |it: &SalesSums| {
        let currency = it.currency.to_string();
        (it.group.clone(), currency, it.orders, it.net(), it.payouts)
    };
    let all = everything(&shop);
    let by_day: Vec<_> = sums(&all, SalesGroup::Day).iter().map(row).collect();
    let (jpy, usd) = ("jpy".to_owned(), "usd".to_owned());
    let rows = [
        (name(0), jpy.clone(), 1, Some(456), 0),
        (name(0), usd.clone(), 1, Some(641), 0),
        (name(1), usd.clone(), 0, Some(0), 0),
        (name(2), usd.clone(), 0, Some(-7), 400),
    ];
    assert_eq!(by_day, rows);
    let part = SalesRange {
        from: Some(start.plus(day)),
        until: Some(start.plus(day * 2)),
        ..all.clone()
    };
    let by_currency: Vec<_> = sums(&part, SalesGroup::Currency).iter().map(row).collect();
    assert_eq!(by_currency, [(Some(usd.clone()), usd, 0, Some(0), 0)]);
    assert_eq!(
        store
            .sales_sums(&all, SalesGroup::Day, 2)
            .map(|it| it.groups.len()),
        Ok(2)
    );
    accounts_are_summed(store, &shop, (&part, start));
}

/// Accounts are summed over all time, whatever the range; what Stripe reported also until a time.
fn accounts_are_summed(store: &Nodes<'_>, shop: &Shop, (part, start): (&SalesRange, Timestamp)) {
    let accounts = store.sales_sums(part, SalesGroup::Day, 0);
    let accounts = accounts.expect("the store answers").accounts.into_iter();
    let accounts: Vec<_> = accounts
        .map(|it| (it.account, it.currency.to_string(), it.ledger, it.reported))
        .collect();
    let at = shop.account_ref();
    let sums = [
        (at.clone(), "jpy".to_owned(), 456, 456),
        (at, "usd".to_owned(), 234, 234),
    ];
    assert_eq!(accounts, sums);
    let until = store.reported_sums(&shop.books_id(), start);
    let until: Vec<_> = until.expect("the store answers").into_values().collect();
    assert_eq!(until, [456, 641]);
}

/// A range is read in steps, oldest first, and each entry is read once.
pub fn the_ledger_is_read_in_steps(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let mut places = Vec::new();
    for second in [3, 0, 1, 1, 1, 2] {
        let entry = LedgerEntry {
            created_at: start.plus(Duration::from_secs(second)),
            ..shop.ledger_entry()
        };
        places.push((entry.created_at, entry.id.id.to_string()));
        add(store, &shop, [entry]);
    }
    places.sort();
    for n in [1, 2, 4, 6, 7] {
        let mut read = Vec::new();
        let mut after: Option<Cursor> = None;
        loop {
            let step = store.ledger_range(&everything(&shop), after.as_ref(), n);
            let step = step.expect("the store answers");
            let Some(last) = step.last() else { break };
            after = Some(Cursor {
                at: last.entry.created_at,
                id: last.entry.id.id.to_string(),
            });
            let step = step.into_iter().map(|it| it.entry);
            read.extend(step.map(|it| (it.created_at, it.id.id.to_string())));
        }
        assert_eq!(read, places, "{n}");
    }
}
