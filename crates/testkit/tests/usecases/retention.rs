use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::model::outbox::delivery::DeliveryStatus;
use mintage_domain::model::retention::Prunable;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::stripe::event::EventData;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::{
    Commit, Deliveries, Housekeeping, OAuthRounds, ProcessedEvents, RateLimiter, TakeQuery,
};
use mintage_domain::usecase::outbox::send::redeliver;
use mintage_domain::usecase::outbox::webhook_endpoint::WebhookEndpointError;
use mintage_domain::usecase::retention::{Retention, due, prune};
use mintage_domain::usecase::stripe::connect::OAUTH_ROUND_TTL;
use mintage_domain::usecase::stripe::inbound::Outcome;

use crate::seller::{Seller, paid, refunded};

const DAY: Duration = Duration::from_hours(24);

/// Prunes all that is due; the rows of each kind of which there were any.
fn pruned(seller: &Seller, retention: &Retention) -> Vec<(Prunable, u64)> {
    let counted = due(&*seller.store, retention, seller.env().now()).unwrap();
    let pruned = prune(&*seller.store, retention, seller.env().now(), 1_000).unwrap();
    assert_eq!(pruned, counted, "what is due is what is deleted");
    pruned.into_iter().filter(|(_, rows)| *rows > 0).collect()
}

#[test]
fn an_event_that_is_received_again_after_its_row_is_gone_mints_nothing() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let sale = seller.inbound(EventData::SessionCompleted(paid(&session)));
    assert_eq!(seller.receive_as(&sale), Ok(Outcome::Applied));
    let (licenses, events) = (seller.licenses(), seller.events());
    seller.shop.env.clock.advance(200 * DAY);
    let gone = pruned(&seller, &Retention::default());
    assert!(gone.contains(&(Prunable::Events, 1)), "{gone:?}");
    let row = seller.store.processed_event(&sale.endpoint, &sale.event.id);
    assert_eq!(row, Ok(None));

    for _ in 0..2 {
        let again = seller.receive_as(&sale).unwrap();
        assert!(
            matches!(again, Outcome::Ignored(_) | Outcome::Duplicate),
            "{again:?}"
        );
    }
    assert_eq!(seller.licenses(), licenses);
    assert_eq!(seller.events(), events, "nothing is delivered again");
}

#[test]
fn a_refund_that_is_received_again_after_its_row_is_gone_changes_nothing() {
    let seller = Seller::on_sale();
    let session = seller.session();
    let sale = seller.inbound(EventData::SessionCompleted(paid(&session)));
    seller.receive_as(&sale).unwrap();
    let refund = seller.inbound(refunded(&session, 2_900));
    seller.receive_as(&refund).unwrap();
    let (licenses, events) = (seller.licenses(), seller.events());
    seller.shop.env.clock.advance(200 * DAY);
    let gone = pruned(&seller, &Retention::default());
    assert!(gone.contains(&(Prunable::Events, 2)), "{gone:?}");
    for inbound in [&sale, &refund, &sale] {
        seller.receive_as(inbound).unwrap();
    }
    assert_eq!(
        seller.licenses(),
        licenses,
        "revoked once, at the time of the refund"
    );
    assert_eq!(seller.events(), events);
}

#[test]
fn an_event_whose_body_was_erased_is_not_delivered_again() {
    let seller = Seller::on_sale();
    seller.sell();
    let tenant = seller.tenant();
    let mut delivery = seller.deliveries().remove(0);
    let id = delivery.id.clone();
    delivery.status = DeliveryStatus::Delivered;
    let mut changes = seller.shop.changes();
    changes.deliveries.push(Write::changed(delivery));
    seller.store.commit(changes).unwrap();
    seller.shop.env.clock.advance(31 * DAY);
    let gone = pruned(&seller, &Retention::default());
    assert!(gone.contains(&(Prunable::Bodies, 1)), "{gone:?}");
    let (kept, _) = seller.store.delivery(tenant, &id).unwrap().unwrap();
    assert_eq!(kept.status, DeliveryStatus::Delivered);
    let again = redeliver(
        &*seller.store,
        &seller.env(),
        tenant,
        &id,
        Authority::Operator,
    );
    assert_eq!(again, Err(WebhookEndpointError::BodyErased));
}

#[test]
fn what_has_ended_is_deleted_and_what_may_be_kept_for_ever_is() {
    let seller = Seller::new();
    let state = seller.start(Mode::Live).unwrap();
    seller.shop.env.clock.advance(OAUTH_ROUND_TTL);
    let forever = Retention::parse("oauth=forever").unwrap();
    assert_eq!(pruned(&seller, &forever), []);
    let hour = Retention::parse("oauth=1h").unwrap();
    assert_eq!(pruned(&seller, &hour), []);
    let default = Retention::default();
    assert_eq!(pruned(&seller, &default), []);
    seller.shop.env.clock.advance(Duration::from_hours(24));
    assert_eq!(pruned(&seller, &default), [(Prunable::Oauth, 1)]);
    let (key, _) = state.expose().split_once('.').unwrap();
    let hash = SecretHash::of(key);
    assert_eq!(seller.store.oauth_round(&hash), Ok(None));
}

/// Leaves many rate windows and ten OAuth rounds behind, one of which connected the seller.
fn busy(seller: &Seller, windows: usize) {
    let minute = Rate {
        limit: 60,
        window: Duration::from_mins(1),
    };
    let now = seller.env().now();
    for nth in 0..windows {
        let key = format!("failures:{nth}");
        let take = seller.store.take(TakeQuery {
            key,
            rate: minute,
            n: 3,
            now,
        });
        assert!(matches!(take, Ok(Take::Granted(_))));
    }
    let mut changes = seller.shop.changes();
    changes.oauth_rounds = (1..10)
        .map(|_| {
            Write::changed(OAuthRound {
                expires_at: now,
                ..seller.shop.oauth_round()
            })
        })
        .collect();
    seller.store.commit(changes).unwrap();
    seller.shop.env.clock.advance(Duration::from_hours(27));
}

#[test]
fn what_a_busy_minute_leaves_behind_is_deleted_in_steps() {
    let seller = Seller::on_sale();
    busy(&seller, 2_500);
    let gone = pruned(&seller, &Retention::default());
    assert_eq!(gone, [(Prunable::Rates, 2_500), (Prunable::Oauth, 10)]);
    assert_eq!(pruned(&seller, &Retention::default()), []);
}

#[test]
fn a_kind_of_which_there_is_much_does_not_keep_others_waiting() {
    let seller = Seller::on_sale();
    busy(&seller, 5_000);
    // One round, then a single step.
    let steps = Prunable::ALL.len();
    let now = seller.env().now();
    let gone = prune(&*seller.store, &Retention::default(), now, steps).unwrap();
    let rows = |kind| gone.iter().find(|(it, _)| *it == kind).unwrap().1;
    // The audit trail is kept for ever, so that its turn is the second step of the rates.
    assert_eq!((rows(Prunable::Rates), rows(Prunable::Oauth)), (2_000, 10));
    let none = prune(&*seller.store, &Retention::default(), now, 0).unwrap();
    assert!(none.iter().all(|(_, rows)| *rows == 0));
    let cut_off = Retention::default().cut_off(Prunable::Rates, now).unwrap();
    assert_eq!(
        seller.store.count_prunable(Prunable::Rates, cut_off),
        Ok(3_000)
    );
}
