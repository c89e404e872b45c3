//! Queued mails: each mail is leased to one worker.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::page::PageRequest;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::mail::{MailContent, MailStatus, QueuedMail};
use mintage_domain::ports::ClaimLimits;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed, refused};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_overwrites, longest_name};
use crate::fixtures::Shop;

const LEASE: Duration = Duration::from_mins(5);

/// A shop with a license and `n` mails of the license that are due now, as they are stored.
fn with_mails(store: &Nodes<'_>, n: usize) -> (Shop, Vec<QueuedMail>) {
    with_mails_of(store, "acme", n)
}

fn with_mails_of(store: &Nodes<'_>, slug: &str, n: usize) -> (Shop, Vec<QueuedMail>) {
    let shop = Shop::opened(store, slug);
    let sale = shop.sold(store);
    let writes: Vec<_> = (0..n)
        .map(|_| Write::changed(shop.queued_mail(&sale.license)))
        .collect();
    committed(store, changing(&shop, |it| it.mails.clone_from(&writes)));
    (shop, writes.into_iter().map(|write| write.value).collect())
}

#[track_caller]
fn claim(store: &Nodes<'_>, now: Timestamp, n: usize) -> Vec<QueuedMail> {
    claim_up_to(store, now, n, 100)
}

#[track_caller]
fn claim_up_to(store: &Nodes<'_>, now: Timestamp, n: usize, per_lane: usize) -> Vec<QueuedMail> {
    let limits = ClaimLimits {
        now,
        responsive: n,
        unresponsive: n,
        per_lane,
        lease: LEASE,
    };
    let claimed = store.claim_mails(&limits);
    claimed.expect("the store answers").leased
}

/// Mails of every status, with and without a reason, read back unchanged.
pub fn a_mail_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.queued_mail(&sale.license);
    let whole = MailStatus::ALL.map(|status| QueuedMail {
        status,
        reason: Some(longest_name()),
        attempts: u32::MAX,
        due_at: INSTANTS[3],
        ..first.clone()
    });
    let notice = QueuedMail {
        content: MailContent::WebhookPaused,
        ..shop.queued_mail(&sale.license)
    };
    let mails = whole.into_iter().chain([first]);
    each_overwrites(store, &shop, |it| &mut it.mails, mails);
    each_overwrites(store, &shop, |it| &mut it.mails, [notice]);
}

/// The mails of a license are listed in pages, without those of other licenses, and not for another
/// tenant.
pub fn mails_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let [license, other] = [shop.sold(store), shop.sold(store)].map(|sale| sale.license);
    let elsewhere = Write::changed(shop.queued_mail(&other));
    committed(store, changing(&shop, |it| it.mails.push(elsewhere)));
    let mails = at_moments(
        store,
        &shop,
        |_| shop.queued_mail(&license),
        |it, mail| it.mails.push(Write::changed(mail.clone())),
    );
    let place = |it: &QueuedMail| (it.created_at, it.id.to_string());
    assert_paged(
        &|page| store.mails(&shop.tenant.id, &license.id, page),
        &place,
        mails.iter().map(place).collect(),
    );
    let foreign = Shop::opened(store, "other").tenant.id;
    let seen = store.mails(&foreign, &license.id, &PageRequest::default());
    assert_eq!(seen.expect("the store answers").items, []);
    assert_eq!(store.mailing(&foreign, &mails[0].id), Ok(None));
}

/// A claim leases a mail until the lease ends and counts the attempt and the version.
pub fn a_mail_claim_leases_and_counts(store: &Nodes<'_>) {
    let (shop, written) = with_mails(store, 1);
    let claimed = claim(store, shop.now(), 10);
    let leased = QueuedMail {
        status: MailStatus::Leased,
        attempts: 1,
        due_at: shop.now().plus(LEASE),
        version: 2,
        ..written[0].clone()
    };
    assert_eq!(claimed, std::slice::from_ref(&leased));
    let read = store.mailing(&shop.tenant.id, &leased.id);
    assert_eq!(read, Ok(Some(leased)));
}

/// A claim returns the longest due mails first, at most `n`, and no mail that is settled or not yet
/// due.
pub fn only_mails_that_are_due_are_claimed(store: &Nodes<'_>) {
    let (shop, _) = with_mails(store, 0);
    let sale = shop.sold(store);
    let start = shop.now();
    let with = |status, seconds| QueuedMail {
        status,
        due_at: start.plus(Duration::from_secs(seconds)),
        ..shop.queued_mail(&sale.license)
    };
    let waiting = [3, 1, 2].map(|seconds| with(MailStatus::Pending, seconds));
    let settled =
        [MailStatus::Sent, MailStatus::Failed, MailStatus::Cancelled].map(|status| with(status, 0));
    let writes = waiting.iter().chain(&settled).cloned().map(Write::changed);
    committed(store, changing(&shop, |it| it.mails = writes.collect()));
    let claimed = |seconds, n| -> Vec<_> {
        let now = start.plus(Duration::from_secs(seconds));
        claim(store, now, n).into_iter().map(|it| it.id).collect()
    };
    let [third, first, second] = waiting.map(|it| it.id);
    assert_eq!(claimed(0, 10), []);
    assert_eq!(claimed(3, 0), []);
    assert_eq!(claimed(2, 1), [first]);
    assert_eq!(claimed(3, 10), [second, third]);
    assert_eq!(claimed(3, 10), []);
}

/// A mail whose lease has ended is claimed again, as the next attempt; a running lease is not. The
/// worker whose lease ended cannot write its outcome.
pub fn an_ended_mail_lease_is_claimed_again(store: &Nodes<'_>) {
    let (shop, _) = with_mails(store, 1);
    let lost = claim(store, shop.now(), 1).remove(0);
    let end = shop.now().plus(LEASE);
    let just_before = Timestamp::from_micros(end.as_micros() - 1);
    assert_eq!(claim(store, just_before, 1), []);
    let held = claim(store, end, 1).remove(0);
    assert_eq!(
        (&held.id, held.attempts, held.version),
        (&lost.id, 2, 3),
        "the next attempt"
    );
    let sent = |lease: &QueuedMail| {
        let sent = QueuedMail {
            status: MailStatus::Sent,
            ..lease.clone()
        };
        changing(&shop, |it| it.mails.push(Write::changed(sent)))
    };
    let stale = Refusal::Stale(Row::Mail(lost.id.clone()));
    assert_eq!(refused(store, sent(&lost)), stale);
    committed(store, sent(&held));
    assert_eq!(claim(store, held.due_at, 1), [], "it is settled");
}

/// Mails that are overdue are found, the longest due first, but neither leased nor settled mails.
pub fn overdue_mails_are_found(store: &Nodes<'_>) {
    let (shop, _) = with_mails(store, 0);
    let sale = shop.sold(store);
    let start = shop.now();
    let mails: Vec<QueuedMail> = [
        (MailStatus::Pending, 2),
        (MailStatus::Pending, 1),
        (MailStatus::Leased, 3),
        (MailStatus::Pending, 9),
        (MailStatus::Sent, 1),
    ]
    .into_iter()
    .map(|(status, seconds)| QueuedMail {
        status,
        due_at: start.plus(Duration::from_secs(seconds)),
        ..shop.queued_mail(&sale.license)
    })
    .collect();
    let writes = mails.iter().cloned().map(Write::changed).collect();
    committed(store, changing(&shop, |it| it.mails = writes));
    let overdue = |seconds, n| -> Vec<_> {
        let before = start.plus(Duration::from_secs(seconds));
        let found = store.overdue_mails(before, n).expect("the store answers");
        found.into_iter().map(|it| it.id).collect()
    };
    let ids =
        |places: &[usize]| -> Vec<_> { places.iter().map(|i| mails[*i].id.clone()).collect() };
    assert_eq!(overdue(0, 10), []);
    assert_eq!(overdue(2, 10), ids(&[1, 0]));
    assert_eq!(overdue(3, 10), ids(&[1, 0, 2]), "its lease has ended");
    assert_eq!(overdue(3, 2), ids(&[1, 0]));
}

/// Eight workers that claim forty mails at the same moment get each mail once.
pub fn two_mail_claimers_share_nothing(store: &Nodes<'_>) {
    let (shop, written) = with_mails(store, 40);
    let mut claimed = Vec::new();
    // A claim may find all due mails locked by another claim, so the workers claim again.
    for _ in 0..written.len() {
        let claims = at_once(8, |_| claim(store, shop.now(), 7));
        claimed.extend(claims.into_iter().flatten().map(|it| it.id));
        if claimed.len() >= written.len() {
            break;
        }
    }
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (40, 40));
}

/// At most `per_lane` mails of one tenant are leased at a time, over all claims, and they delay no mail
/// of another tenant.
pub fn a_mail_lane_is_capped(store: &Nodes<'_>) {
    let (shop, _) = with_mails_of(store, "busy", 6);
    let (other, _) = with_mails_of(store, "other", 1);
    let count = |now, per_lane| {
        let claims = claim_up_to(store, now, 10, per_lane);
        let of_other = claims.iter().filter(|it| it.tenant == other.tenant.id);
        (claims.len(), of_other.count())
    };
    assert_eq!(count(shop.now(), 2), (3, 1));
    assert_eq!(count(shop.now(), 2), (0, 0), "the lane is full");
    assert_eq!(count(shop.now().plus(LEASE), 4), (5, 1), "the leases ended");
}

/// Of two tenants with many mails each gets its turn, although the mails of the first are due longest.
pub fn mail_lanes_take_turns(store: &Nodes<'_>) {
    let (first, _) = with_mails_of(store, "first", 9);
    let later = first.env.clock.advance(Duration::from_secs(1));
    let (second, _) = with_mails_of(store, "second", 9);
    let mut tenants = Vec::new();
    for seconds in 1..=4 {
        let now = later.max(second.now()).plus(Duration::from_secs(seconds));
        let claims = claim_up_to(store, now, 1, 9);
        tenants.extend(claims.into_iter().map(|it| it.tenant.to_string()));
    }
    assert_eq!(tenants, ["first", "second", "first", "second"]);
}
