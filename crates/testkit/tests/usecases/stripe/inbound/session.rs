use mintage_domain::base::id::SessionId;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::page::PageRequest;
use mintage_domain::model::licenses::standing::State;
use mintage_domain::model::sales::order::OrderStatus;
use mintage_domain::model::stripe::event::{EventData, PaymentStatus, SessionFacts};
use mintage_domain::model::stripe::processed_event::{EventOutcome, FIRST_WAIT};
use mintage_domain::ports::Mails;
use mintage_domain::ports::{Customers, Licenses, ProcessedEvents};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::sales::checkout::OpenCheckout;
use mintage_domain::usecase::stripe::inbound::Outcome;
use mintage_testkit::fixtures::{cents, email};

use crate::seller::{Seller, intent, paid, unpaid};

#[test]
fn a_paid_session_mints_the_license_that_was_agreed_and_notifies_the_seller() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let later = seller
        .shop
        .env
        .clock
        .advance(std::time::Duration::from_mins(3));
    let completed = EventData::SessionCompleted(paid(&session));
    assert_eq!(seller.receive(completed), Ok(Outcome::Applied));

    let order = seller.order(&session);
    assert_eq!(order.status, OrderStatus::Fulfilled);
    assert_eq!(order.fulfilled_at, Some(later));
    assert_eq!(order.payment, Some(intent(&session)));
    assert_eq!(order.total, Some(cents(2_900)));

    let record = seller.licenses().remove(0);
    let license = &record.license;
    assert_eq!(license.state(later), State::Active);
    assert_eq!(license.activation_limit, order.terms.activation_limit);
    assert_eq!(license.entitlements, order.terms.entitlements);
    assert_eq!(license.mode, order.mode);
    let unit = license.unit.as_ref().unwrap();
    assert_eq!((&unit.order, unit.line, unit.unit), (&order.id, 0, 0));
    assert_eq!(
        (&record.email, &record.session),
        (&email("buyer@example.test"), &Some(session))
    );

    let customer = order.customer.unwrap();
    assert_eq!(license.customer, customer);
    let customer = seller
        .store
        .customer(seller.tenant(), &customer)
        .unwrap()
        .unwrap();
    assert_eq!(customer.name.as_deref(), Some("Ada"));

    let deliveries = seller.deliveries();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].due_at, later, "it is due at once");
    let body = seller.body(&deliveries[0]);
    let key = body["key"].as_str().unwrap();
    let sealed = seller.env().open(
        SealedField::LICENSE_KEY,
        license.id.as_str(),
        &license.sealed_key,
    );
    assert_eq!(sealed.unwrap().expose(), key.as_bytes());
    assert_eq!(body["event"], "license.created");
    assert_eq!(body["customer_email"], "buyer@example.test");
    assert_eq!(
        seller.audit()[0],
        ("stripe".to_owned(), "license.minted".to_owned())
    );
}

#[test]
fn money_on_its_way_mints_when_it_arrives_and_not_before() {
    use OrderStatus::{AwaitingPayment, Expired, Fulfilled, Open, PaymentFailed};
    type Event = fn(SessionId) -> EventData;
    let completed_unpaid: Event = |session| EventData::SessionCompleted(unpaid(&session));
    let paid_for: Event = |session| EventData::SessionCompleted(paid(&session));
    let (failed, expired): (Event, Event) =
        (EventData::SessionPaymentFailed, EventData::SessionExpired);
    let stories: [&[(Event, OrderStatus)]; 9] = [
        &[],
        &[(completed_unpaid, AwaitingPayment)],
        &[(completed_unpaid, AwaitingPayment), (paid_for, Fulfilled)],
        &[(paid_for, Fulfilled), (completed_unpaid, Fulfilled)],
        &[(completed_unpaid, AwaitingPayment), (failed, PaymentFailed)],
        &[(failed, PaymentFailed), (completed_unpaid, PaymentFailed)],
        &[
            (failed, PaymentFailed),
            (paid_for, Fulfilled),
            (failed, Fulfilled),
        ],
        &[(expired, Expired), (completed_unpaid, Expired)],
        &[
            (expired, Expired),
            (paid_for, Fulfilled),
            (expired, Fulfilled),
        ],
    ];
    for (number, story) in stories.into_iter().enumerate() {
        let seller = Seller::on_sale();
        let session = seller.session();
        assert_eq!(seller.order(&session).status, Open);
        for (event, status) in story {
            seller.receive(event(session.clone())).unwrap();
            assert_eq!(seller.order(&session).status, *status, "story {number}");
            let minted = usize::from(*status == Fulfilled);
            assert_eq!(seller.licenses().len(), minted, "story {number}");
        }
    }
}

#[test]
fn a_free_session_mints_without_a_payment() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let free = SessionFacts {
        payment: PaymentStatus::NoPaymentRequired,
        amount_total: Some(0),
        payment_intent: None,
        ..paid(&session)
    };
    assert_eq!(
        seller.receive(EventData::SessionCompleted(free)),
        Ok(Outcome::Applied)
    );
    let order = seller.order(&session);
    assert_eq!((order.payment, order.total), (None, Some(cents(0))));
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn the_total_is_what_was_charged_or_nothing() {
    let seller = Seller::on_sale();
    for (amount_total, currency, total) in [
        (None, Some("usd"), None),
        (Some(1), None, None),
        (Some(1), Some("nonsense"), None),
        (Some(-1), Some("usd"), None),
        (Some(3_480), Some("usd"), charged(3_480, "usd")),
        (Some(5_124), Some("kwd"), charged(5_124, "kwd")),
        (Some(i64::MAX), Some("idr"), charged(i64::MAX, "idr")),
    ] {
        let session = seller.session();
        let facts = SessionFacts {
            amount_total,
            currency: currency.map(str::to_owned),
            ..paid(&session)
        };
        assert_eq!(
            seller.receive(EventData::SessionCompleted(facts)),
            Ok(Outcome::Applied)
        );
        let order = seller.order(&session);
        assert_eq!(order.total, total, "{amount_total:?} {currency:?}");
    }
}

fn charged(minor: i64, currency: &str) -> Option<Money> {
    Money::charged(minor, Currency::parse(currency).unwrap()).ok()
}

#[test]
fn the_buyer_is_the_address_typed_at_stripe_or_else_the_one_of_the_seller() {
    let seller = Seller::on_sale();
    let typed = |address: Option<&str>, wanted: Option<&str>| {
        let checkout = OpenCheckout {
            buyer: wanted.map(email),
            ..seller.wanted()
        };
        let session = seller.session_for(&checkout);
        let facts = SessionFacts {
            email: address.map(str::to_owned),
            ..paid(&session)
        };
        (
            session,
            seller.receive(EventData::SessionCompleted(facts)).unwrap(),
        )
    };
    for (address, wanted, buyer) in [
        (Some("Typed@Example.test"), None, "typed@example.test"),
        (
            Some("typed@example.test"),
            Some("told@example.test"),
            "typed@example.test",
        ),
        (None, Some("told@example.test"), "told@example.test"),
        (
            Some("no address"),
            Some("told@example.test"),
            "told@example.test",
        ),
    ] {
        let (session, outcome) = typed(address, wanted);
        assert_eq!(outcome, Outcome::Applied);
        let order = seller.order(&session).id;
        let licenses = seller.store.licenses_of_order(&order);
        assert_eq!(
            licenses.unwrap()[0].email,
            email(buyer),
            "{address:?} {wanted:?}"
        );
    }
}

#[test]
fn a_buyer_without_a_proper_address_gets_a_license_and_no_mail() {
    for address in [
        Some("Ada L@example.test"),
        Some("ada..l@"),
        Some("ädä"),
        Some(" "),
        None,
    ] {
        let seller = Seller::on_sale();
        let session = seller.session();
        let facts = SessionFacts {
            email: address.map(str::to_owned),
            ..paid(&session)
        };
        let outcome = seller.receive(EventData::SessionCompleted(facts));
        assert_eq!(outcome, Ok(Outcome::Applied), "{address:?}");
        let order = seller.order(&session);
        assert_eq!(order.status, OrderStatus::Fulfilled);
        let record = seller.licenses().remove(0);
        match address.filter(|it| !it.trim().is_empty()) {
            Some(address) => assert_eq!(record.email.as_str(), address),
            None => assert!(record.email.as_str().starts_with(order.id.as_str())),
        }
        assert_eq!(order.email.as_ref(), Some(&record.email));
        assert!(!record.email.is_mailable());
        let (tenant, page) = (seller.tenant(), PageRequest::default());
        let mails = seller.store.mails(tenant, &record.license.id, &page);
        assert_eq!(mails.unwrap().items, []);
    }
}

#[test]
fn a_buyer_who_comes_back_is_the_same_customer() {
    let seller = Seller::on_sale();
    let (first, second) = (seller.sell(), seller.sell());
    assert_ne!(first.license.id, second.license.id);
    assert_eq!(first.license.customer, second.license.customer);
    assert_eq!(seller.last_order().customer, Some(first.license.customer));
}

#[test]
fn what_was_paid_and_cannot_be_minted_is_parked_with_its_payload() {
    let seller = Seller::on_sale();
    let session = seller.unmintable_session();
    let inbound = seller.inbound(EventData::SessionCompleted(paid(&session)));
    assert!(matches!(
        seller.receive_as(&inbound),
        Ok(Outcome::Parked(_))
    ));
    assert_eq!(
        seller.receive_as(&inbound),
        Ok(Outcome::Duplicate),
        "Stripe need not send it again"
    );
    let event = seller
        .store
        .processed_event(&inbound.endpoint, &inbound.event.id);
    let EventOutcome::Parked { waiting, retry_at } = event.unwrap().unwrap().outcome else {
        panic!("it is parked");
    };
    assert_eq!(waiting.payload, inbound.payload);
    assert_eq!(
        (waiting.tenant.as_ref(), waiting.attempts),
        (Some(seller.tenant()), 1)
    );
    assert_eq!(retry_at, seller.shop.now().plus(FIRST_WAIT));
    assert_eq!((seller.licenses().len(), seller.deliveries().len()), (0, 0));
}
