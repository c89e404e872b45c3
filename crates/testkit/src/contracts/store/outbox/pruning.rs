//! Deleting deliveries, their attempts and bodies, and mails, when they are old enough.

use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::retention::Prunable;

use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::read_all;
use crate::contracts::store::pruning::{Times, prunes, times};
use crate::fixtures::Shop;

/// Attempts are pruned by their age, and the delivery keeps the number of its attempts.
pub fn old_attempts_are_pruned(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let Times {
        old,
        cut_off,
        young,
    } = times(&shop);
    let delivery = Delivery {
        attempts: 3,
        ..shop.delivery(&sale.license)
    };
    committed(
        store,
        changing(&shop, |it| {
            it.deliveries.push(Write::changed(delivery.clone()));
            it.attempts = [old, cut_off, young]
                .into_iter()
                .zip(1..)
                .map(|(at, number)| Attempt {
                    at,
                    ..shop.attempt(&delivery, number)
                })
                .collect();
        }),
    );
    prunes(store, Prunable::Attempts, cut_off, 2);
    let read = store.delivery(&shop.tenant.id, &delivery.id);
    let (read, attempts) = read.expect("the store answers").expect("it is kept");
    let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!((read.attempts, numbers), (3, vec![3]));
}

/// Deliveries of every status, old and young: which of them are settled and old, and the others.
fn deliveries(store: &Nodes<'_>, shop: &Shop, times: &Times) -> (Vec<Delivery>, Vec<Delivery>) {
    let sale = shop.sold(store);
    let mut all = (Vec::new(), Vec::new());
    for status in DeliveryStatus::ALL {
        for created_at in [times.old, times.cut_off, times.young] {
            let delivery = Delivery {
                status,
                created_at,
                ..shop.delivery(&sale.license)
            };
            let settled = matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Failed);
            if settled && created_at <= times.cut_off {
                all.0.push(delivery);
            } else {
                all.1.push(delivery);
            }
        }
    }
    let mut changes = shop.changes();
    for delivery in all.0.iter().chain(&all.1) {
        changes.deliveries.push(Write::changed(delivery.clone()));
    }
    committed(store, changes);
    all
}

/// The bodies of old deliveries are erased once they are settled. The delivery stays in its list, and
/// whoever decided about it before is refused.
pub fn old_bodies_are_erased_once_they_are_settled(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let times = times(&shop);
    let (erased, kept) = deliveries(store, &shop, &times);
    let read = |it: &Delivery| {
        let read = store.delivery(&shop.tenant.id, &it.id);
        read.expect("the store answers").expect("it is kept").0
    };
    let before = read(&erased[0]);
    prunes(store, Prunable::Bodies, times.cut_off, erased.len());
    assert!(erased.iter().all(|it| read(it).sealed_body.is_erased()));
    assert!(kept.iter().all(|it| read(it).sealed_body == it.sealed_body));
    assert_eq!(read(&erased[0]).status, before.status);
    let redelivery = changing(&shop, |it| {
        it.deliveries.push(Write::changed(before.clone()));
    });
    assert!(matches!(refused(store, redelivery), Refusal::Stale(_)));
    let (listed, _) = read_all(50, &|page| store.deliveries(&shop.tenant.id, None, page));
    assert!(listed.len() >= erased.len() + kept.len());
}

/// Old deliveries are pruned once they are settled. What waits for an endpoint waits, however old.
pub fn old_deliveries_are_pruned_once_they_are_settled(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let times = times(&shop);
    let (gone, kept) = deliveries(store, &shop, &times);
    prunes(store, Prunable::Deliveries, times.cut_off, gone.len());
    let is_there = |it: &Delivery| {
        let read = store.delivery(&shop.tenant.id, &it.id);
        read.expect("the store answers").is_some()
    };
    assert!(!gone.iter().any(is_there));
    assert!(kept.iter().all(is_there));
}

/// Old mails are pruned once they are settled.
pub fn old_mails_are_pruned_once_they_are_settled(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let Times {
        old,
        cut_off,
        young,
    } = times(&shop);
    let mut mails = Vec::new();
    for status in MailStatus::ALL {
        for created_at in [old, cut_off, young] {
            let mail = QueuedMail {
                status,
                created_at,
                ..shop.queued_mail(&sale.license)
            };
            mails.push(mail);
        }
    }
    let mut changes = shop.changes();
    changes.mails = mails.iter().cloned().map(Write::changed).collect();
    committed(store, changes);
    prunes(store, Prunable::Mails, cut_off, 6);
    for mail in &mails {
        let read = store.mailing(&shop.tenant.id, &mail.id);
        let is_there = read.expect("the store answers").is_some();
        let kept = mail.status.is_unsettled() || mail.created_at > cut_off;
        assert_eq!(is_there, kept, "{mail:?}");
    }
}
