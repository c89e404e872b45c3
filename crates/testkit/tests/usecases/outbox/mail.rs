use std::time::Duration;

use mintage_domain::base::id::LicenseId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::rate::{Grant, Take};
use mintage_domain::model::outbox::mail::{LicenseMail, MailContent, MailStatus, QueuedMail};
use mintage_domain::model::outbox::retry::RetrySchedule;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::ports::{
    ClaimLimits, Commit, LicenseRecord, Mail, MailError, Mails, Message, RateLimiter, TakeQuery,
    Tenants,
};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::licenses::command::revoke;
use mintage_domain::usecase::outbox::mail::{
    Composed, LEASE, MAX_SERVER_WAIT, MailCommandError, Outcome, compose, give_up, record_result,
    switch,
};
use mintage_domain::usecase::outbox::resend::{RESEND_RATE, resend};
use mintage_domain::usecase::sellers::tenant::change_plan;
use mintage_testkit::OutboxMail;
use mintage_testkit::fixtures::email;
use mintage_testkit::loopback::smtp::Manner;

use crate::licenses::issue;
use crate::seller::{Seller, paid, refund, refunded};

/// The mails of a license, newest first.
fn mails(seller: &Seller, license: &LicenseId) -> Vec<QueuedMail> {
    let page = PageRequest::default();
    let page = seller.store.mails(seller.tenant(), license, &page);
    page.unwrap().items
}

fn switched(seller: &Seller, on: bool) -> bool {
    let (store, env) = (&*seller.store, seller.env());
    let tenant = switch(store, &env, seller.tenant(), &Actor::Operator, on);
    tenant.unwrap().mails
}

fn resent(seller: &Seller, license: &LicenseId) -> Result<QueuedMail, MailCommandError> {
    let (store, env) = (&*seller.store, seller.env());
    resend(
        store,
        &env,
        seller.tenant(),
        license,
        &Actor::Operator,
        true,
    )
}

/// A license that was sold, and its claimed mail.
fn claimed() -> (Seller, LicenseRecord, QueuedMail) {
    let seller = Seller::on_sale();
    let sold = seller.sell();
    let mail = claim(&seller);
    (seller, sold, mail)
}

fn claim(seller: &Seller) -> QueuedMail {
    let limits = ClaimLimits {
        now: seller.shop.now(),
        responsive: 10,
        unresponsive: 0,
        per_lane: 10,
        lease: LEASE,
    };
    let mut claimed = seller.store.claim_mails(&limits).unwrap().leased;
    assert_eq!(claimed.len(), 1, "one mail is due");
    claimed.remove(0)
}

/// A message with the key in it. How a mail is worded is the server's concern.
fn message(mail: &LicenseMail) -> Message {
    Message {
        id: mail.id.clone(),
        to: mail.to.clone(),
        reply_to: mail.reply_to.clone(),
        subject: mail.product.clone(),
        text: Secret::new(mail.key.expose()),
        html: Secret::new(mail.key.expose()),
    }
}

/// Composes and sends a claimed mail.
fn attempt(seller: &Seller, outbox: &OutboxMail, mail: &QueuedMail) -> MailStatus {
    let (store, env) = (&*seller.store, seller.env());
    let outcome = match compose(store, &env, mail).unwrap() {
        Composed::Mail(mail) => Outcome::from(outbox.send(&message(&mail))),
        Composed::Notice(notice) => panic!("{notice:?}"),
        Composed::Outcome(outcome) => outcome,
    };
    record_result(store, &env, mail, &outcome).unwrap()
}

fn read(seller: &Seller, mail: &QueuedMail) -> QueuedMail {
    let read = seller.store.mailing(seller.tenant(), &mail.id);
    read.unwrap().unwrap()
}

#[test]
fn a_sale_queues_one_mail_for_who_paid_due_at_once_and_its_event_again_none() {
    let seller = Seller::on_sale();
    let session = seller.session();
    for _ in 0..2 {
        seller
            .receive(EventData::SessionCompleted(paid(&session)))
            .unwrap();
    }
    let sold = seller.licenses().remove(0);
    let queued = mails(&seller, &sold.license.id);
    assert_eq!(queued.len(), 1);
    let expected = QueuedMail::new(
        queued[0].id.clone(),
        seller.tenant().clone(),
        MailContent::LicenseKey(sold.license.id.clone()),
        email("buyer@example.test"),
        seller.shop.now(),
    );
    assert_eq!(queued[0], expected);
}

#[test]
fn an_issued_license_is_mailed_once_in_the_same_commit_and_its_replay_mails_nothing() {
    let (seller, api_key) = issue::seller();
    let wanted = issue::bare(&seller);
    let send = |key: &str| {
        let call = issue::repeatable(&seller, &api_key, key, "{}");
        issue::issued(&seller, &call, &wanted).unwrap()
    };
    let issued = send("order-1");
    let queued = mails(&seller, &issued.license.id);
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0].to, issued.email);
    assert_eq!(queued[0].due_at, seller.shop.now());
    assert!(send("order-1").again);
    assert_eq!(mails(&seller, &issued.license.id), queued);
    switched(&seller, false);
    let unmailed = send("order-2");
    assert_eq!(mails(&seller, &unmailed.license.id), []);
}

#[test]
fn a_sale_that_was_refunded_before_it_was_received_mails_nothing() {
    let seller = Seller::on_sale();
    let session = seller.session();
    seller.receive(refunded(&session, 2_900)).unwrap();
    seller
        .receive(EventData::SessionCompleted(paid(&session)))
        .unwrap();
    let sold = seller.licenses().remove(0);
    assert_eq!(mails(&seller, &sold.license.id), []);
}

#[test]
fn the_switch_is_for_what_is_sold_from_then_on() {
    let seller = Seller::on_sale();
    assert!(!switched(&seller, false));
    let unmailed = seller.sell().license.id;
    assert_eq!(mails(&seller, &unmailed), []);
    assert!(switched(&seller, true));
    assert!(switched(&seller, true));
    assert_eq!(mails(&seller, &unmailed), [], "what was sold before is not");
    let switches: Vec<_> = seller
        .audit()
        .into_iter()
        .map(|(_, action)| action)
        .collect();
    let switches = switches.iter().filter(|it| it.starts_with("mail."));
    assert_eq!(switches.count(), 2, "the third time changed nothing");
    let unknown = TenantId::parse("nobody").unwrap();
    let outcome = switch(
        &*seller.store,
        &seller.env(),
        &unknown,
        &Actor::Operator,
        true,
    );
    assert_eq!(outcome.err(), Some(MailCommandError::NotFound));
}

#[test]
fn a_mail_says_what_the_license_is_and_has_its_key() {
    let (seller, sold, mail) = claimed();
    let Ok(Composed::Mail(composed)) = compose(&*seller.store, &seller.env(), &mail) else {
        panic!("there is a mail to send");
    };
    let sealed = &sold.license.sealed_key;
    let key = seller
        .env()
        .open(SealedField::LICENSE_KEY, sold.license.id.as_str(), sealed)
        .unwrap()
        .into_text()
        .unwrap();
    assert_eq!(composed.key.expose(), key.expose());
    assert_eq!(composed.id, mail.id);
    assert_eq!(composed.to.as_str(), "buyer@example.test");
    let tenant = seller.store.tenant(seller.tenant()).unwrap().unwrap();
    assert_eq!(composed.reply_to, tenant.email);
    assert_eq!(composed.mode, seller.shop.mode);
    assert_eq!(composed.product, "Pixel Studio");
    assert_eq!(composed.plan, "Pro");
    assert_eq!(composed.activation_limit, 3);
    assert_eq!(composed.expires_at, None, "for life");
    let outbox = OutboxMail::new();
    assert_eq!(attempt(&seller, &outbox, &mail), MailStatus::Sent);
    assert!(
        outbox
            .arrived()
            .remove(0)
            .message_id
            .contains(mail.id.as_str())
    );
    let sent = read(&seller, &mail);
    assert_eq!((sent.status, sent.reason), (MailStatus::Sent, None));
}

#[test]
fn what_is_refused_for_good_fails_at_once_and_all_else_is_tried_by_the_schedule() {
    for (manner, status, reason) in [
        (
            Manner::RefusingReaders,
            MailStatus::Failed,
            "the mail server refused it: 550 5.1.1",
        ),
        (
            Manner::Busy,
            MailStatus::Pending,
            "the mail server did not take it: 451",
        ),
    ] {
        let (seller, _, mail) = claimed();
        let outbox = OutboxMail::new();
        outbox.be(manner);
        assert_eq!(attempt(&seller, &outbox, &mail), status);
        let kept = read(&seller, &mail);
        assert_eq!(
            (kept.status, kept.reason.as_deref()),
            (status, Some(reason))
        );
        let wait = kept.due_at.since(seller.shop.now());
        if status == MailStatus::Pending {
            let (least, most) = (Duration::from_secs(4), Duration::from_secs(6));
            assert!((least..=most).contains(&wait), "{wait:?}");
        }
    }
}

#[test]
fn a_mail_is_given_up_when_its_attempts_are_used_up() {
    let seller = Seller::on_sale();
    seller.sell();
    let outbox = OutboxMail::new();
    outbox.be(Manner::Closed);
    for attempts in 1..=RetrySchedule::ATTEMPTS {
        let mail = claim(&seller);
        assert_eq!(usize::try_from(mail.attempts), Ok(attempts));
        let expected = match attempts {
            RetrySchedule::ATTEMPTS => MailStatus::Failed,
            _ => MailStatus::Pending,
        };
        assert_eq!(attempt(&seller, &outbox, &mail), expected);
        seller.shop.env.clock.set(read(&seller, &mail).due_at);
    }
}

#[test]
fn a_license_that_was_revoked_meanwhile_cancels_its_mail() {
    let (seller, sold, mail) = claimed();
    let (store, env) = (&*seller.store, seller.env());
    let actor = Actor::Operator;
    revoke(store, &env, seller.tenant(), &sold.license.id, &actor).unwrap();
    let outbox = OutboxMail::new();
    assert_eq!(attempt(&seller, &outbox, &mail), MailStatus::Cancelled);
    assert_eq!(outbox.arrived(), []);
    let kept = read(&seller, &mail);
    assert!(kept.reason.is_some_and(|it| it.contains("revoked")));
}

#[test]
fn a_mail_that_a_refund_cancelled_is_queued_again_when_the_refund_fails() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let receive = |data| seller.receive(data).unwrap();
    receive(EventData::SessionCompleted(paid(&session)));
    receive(refund(&session, "re_1", 2_900, false));
    let first = claim(&seller);
    let outbox = OutboxMail::new();
    assert_eq!(attempt(&seller, &outbox, &first), MailStatus::Cancelled);
    receive(refund(&session, "re_1", 2_900, true));
    let again = claim(&seller);
    assert_ne!(again.id, first.id);
    assert_eq!(attempt(&seller, &outbox, &again), MailStatus::Sent);
    assert_eq!(outbox.arrived().len(), 1);
}

#[test]
fn an_attempt_that_died_after_sending_sends_the_same_message_again() {
    let (seller, _, first) = claimed();
    let outbox = OutboxMail::new();
    let (store, env) = (&*seller.store, seller.env());
    let Ok(Composed::Mail(composed)) = compose(store, &env, &first) else {
        panic!("there is something to send");
    };
    outbox.send(&message(&composed)).unwrap();
    seller.shop.env.clock.advance(LEASE);
    let second = claim(&seller);
    assert_eq!(attempt(&seller, &outbox, &second), MailStatus::Sent);
    let arrived = outbox.arrived();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0], arrived[1]);
    // The first attempt reports late: its lease has ended, so it changes nothing.
    let late = record_result(store, &env, &first, &Outcome::Refused("late".to_owned()));
    assert_eq!(late, Ok(MailStatus::Pending));
    assert_eq!(read(&seller, &second).status, MailStatus::Sent);
}

#[test]
fn a_key_that_does_not_open_waits_for_the_right_master_key() {
    let (seller, sold, mail) = claimed();
    let mut changes = seller.shop.changes();
    let mut damaged = sold.license;
    damaged.sealed_key = seller
        .env()
        .seal(SealedField::LICENSE_KEY, "lic_other", b"x");
    changes.licenses.push(Write::changed(damaged));
    seller.store.commit(changes).unwrap();
    let outbox = OutboxMail::new();
    assert_eq!(attempt(&seller, &outbox, &mail), MailStatus::Pending);
    let reason = read(&seller, &mail).reason;
    assert_eq!(reason.as_deref(), Some("the license's key does not open"));
}

#[test]
fn what_nobody_could_send_for_three_days_is_given_up_and_nothing_younger() {
    let seller = Seller::on_sale();
    let old = seller.sell().license.id;
    seller.shop.env.clock.advance(Duration::from_secs(1));
    let young = seller.sell().license.id;
    let (store, env) = (&*seller.store, seller.env());
    let short_of = MAX_SERVER_WAIT.saturating_sub(Duration::from_micros(1_000_001));
    seller.shop.env.clock.advance(short_of);
    assert_eq!(give_up(store, &env, 10), Ok(0));
    seller.shop.env.clock.advance(Duration::from_micros(1));
    assert_eq!(give_up(store, &env, 10), Ok(1));
    let given_up = mails(&seller, &old).remove(0);
    assert_eq!(given_up.status, MailStatus::Failed);
    assert!(given_up.reason.is_some_and(|it| it.contains("three days")));
    assert_eq!(mails(&seller, &young)[0].status, MailStatus::Pending);
}

#[test]
fn a_license_is_mailed_again_when_asked_even_where_mail_is_off() {
    let seller = Seller::on_sale();
    switched(&seller, false);
    let id = seller.sell().license.id;
    let queued = resent(&seller, &id).unwrap();
    assert_eq!(mails(&seller, &id), std::slice::from_ref(&queued));
    assert_eq!(queued.to, email("buyer@example.test"));
    let done = ("operator".to_owned(), "license.resent".to_owned());
    assert!(seller.audit().contains(&done), "{:?}", seller.audit());
    for _ in 1..RESEND_RATE.limit {
        resent(&seller, &id).unwrap();
    }
    let refused = resent(&seller, &id);
    assert!(
        matches!(refused, Err(MailCommandError::RateLimited(_))),
        "{refused:?}"
    );
    seller
        .shop
        .env
        .clock
        .advance(RESEND_RATE.window.saturating_mul(2));
    resent(&seller, &id).unwrap();
}

#[test]
fn what_cannot_be_mailed_again_takes_nothing_of_its_rate() {
    let seller = Seller::on_sale();
    let id = seller.sell().license.id;
    let (store, env) = (&*seller.store, seller.env());
    let by = |tenant: &TenantId, id: &LicenseId, configured| {
        resend(store, &env, tenant, id, &Actor::Operator, configured).err()
    };
    let nobody = TenantId::parse("nobody").unwrap();
    let unknown = LicenseId::parse("lic_none").unwrap();
    for _ in 0..=RESEND_RATE.limit {
        assert_eq!(by(&nobody, &id, true), Some(MailCommandError::NotFound));
        assert_eq!(
            by(seller.tenant(), &unknown, true),
            Some(MailCommandError::NotFound)
        );
        let refused = by(seller.tenant(), &id, false);
        assert_eq!(refused, Some(MailCommandError::NotConfigured));
    }
    let untouched = store.take(TakeQuery {
        key: format!("resend:{id}"),
        rate: RESEND_RATE,
        n: RESEND_RATE.limit,
        now: env.now(),
    });
    let all = Take::Granted(Grant {
        count: RESEND_RATE.limit,
        left: 0,
    });
    assert_eq!(untouched, Ok(all));
    assert_eq!(mails(&seller, &id).len(), 1, "only the sale's own");
    revoke(store, &env, seller.tenant(), &id, &Actor::Operator).unwrap();
    for configured in [true, false] {
        let refused = by(seller.tenant(), &id, configured);
        assert_eq!(refused, Some(MailCommandError::Revoked));
    }
}

#[test]
fn an_error_of_the_port_says_whether_to_try_again() {
    let why = || "451".to_owned();
    let outcomes = [
        Outcome::from(Ok(())),
        Outcome::from(Err(MailError::Refused(why()))),
        Outcome::from(Err(MailError::Unavailable(why()))),
    ];
    let expected = [
        Outcome::Sent,
        Outcome::Refused("the mail server refused it: 451".to_owned()),
        Outcome::TryAgain("the mail server did not take it: 451".to_owned()),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_stranger_gets_ten_mails_an_hour_and_the_others_wait() {
    for (plan, most) in [(Plan::Free, 5), (Plan::Pro, 10)] {
        let seller = Seller::on_sale();
        let env = seller.env();
        // The plan Free opens no checkout.
        let sessions: Vec<_> = (0..most + 3).map(|_| seller.session()).collect();
        change_plan(&*seller.store, &env, seller.tenant(), plan).unwrap();
        let mut sent = 0;
        for session in &sessions {
            seller.pay(session);
            let mail = claim(&seller);
            let outcome = match compose(&*seller.store, &env, &mail).unwrap() {
                Composed::Outcome(outcome) => outcome,
                Composed::Mail(_) | Composed::Notice(_) => Outcome::Sent,
            };
            sent += usize::from(outcome == Outcome::Sent);
            let status = record_result(&*seller.store, &env, &mail, &outcome).unwrap();
            assert_eq!(status == MailStatus::Sent, outcome == Outcome::Sent);
        }
        assert_eq!(sent, most, "{plan:?}");
        seller.shop.env.clock.advance(Duration::from_hours(2));
        let limits = ClaimLimits {
            now: seller.shop.now(),
            responsive: 10,
            unresponsive: 0,
            per_lane: 10,
            lease: LEASE,
        };
        let waited = seller.store.claim_mails(&limits).unwrap().leased;
        assert_eq!(waited.len(), 3);
        assert!(
            waited.iter().all(|mail| mail.attempts == 1),
            "no attempt was lost"
        );
        let again = compose(&*seller.store, &env, &waited[0]).unwrap();
        assert!(matches!(again, Composed::Mail(_)), "{again:?}");
    }
}

#[test]
fn an_address_that_is_mailed_too_often_takes_nothing_from_the_others() {
    let (seller, _, mail) = claimed();
    let (store, env) = (&*seller.store, seller.env());
    change_plan(store, &env, seller.tenant(), Plan::Free).unwrap();
    let is_sent = |address: String| {
        let to = email(&address);
        let mail = QueuedMail { to, ..mail.clone() };
        matches!(compose(store, &env, &mail), Ok(Composed::Mail(_)))
    };
    let sent = (0..60).filter(|n| is_sent(format!("ada+{n}@example.test")));
    assert_eq!(sent.count(), 5, "a tag makes no other recipient");
    let others = (0..60).filter(|n| is_sent(format!("buyer-{n}@example.test")));
    assert_eq!(others.count(), 45, "what the tenant has left");
}
