//! How a license follows its payment.

use super::*;

fn follow(
    standing: &mut Standing,
    open: &[&str],
    revocation: Option<RevocationReason>,
    at: i64,
) -> bool {
    let disputes = ["a", "b"].map(|id| (id, open.contains(&id)));
    let revocation = revocation.map_or(Change::Clear, Change::Set);
    standing.follow_payment(disputes, revocation, second(at))
}

#[test]
fn a_dispute_freezes_thaws_revokes_and_freezes_again() {
    let lost = Some(RevocationReason::Dispute);
    let mut standing = Standing::new(None);
    for (open, revocation, state) in [
        (&["a"][..], None, State::Frozen),
        (&[], None, State::Active),
        (&["a", "b"], None, State::Frozen),
        (&["b"], None, State::Frozen),
        (&["b"], lost, State::Revoked),
        (&["a", "b"], None, State::Frozen),
        (&[], lost, State::Revoked),
        (&[], Some(RevocationReason::Refund), State::Revoked),
        (&[], None, State::Active),
    ] {
        assert!(follow(&mut standing, open, revocation, 1));
        assert!(!follow(&mut standing, open, revocation, 2), "again");
        assert_eq!(standing.state(second(3)), state, "{open:?} {revocation:?}");
    }
}

#[test]
fn a_payment_undoes_nothing_that_the_seller_did() {
    let mut standing = Standing::new(None);
    standing.hold(HoldCause::Admin);
    standing.hold(HoldCause::UnpaidInvoice("in_1".to_owned()));
    assert!(!follow(&mut standing, &[], None, 1));
    assert_eq!(standing.held_by().count(), 2);

    standing.revoke(RevocationReason::Refund, second(1));
    assert!(standing.revoke(RevocationReason::Admin, second(2)));
    for revocation in [None, Some(RevocationReason::Dispute), None] {
        follow(&mut standing, &["a"], revocation, 3);
        let revoked = standing.revocation().unwrap();
        assert_eq!(
            (revoked.reason(), revoked.at()),
            (RevocationReason::Admin, second(2))
        );
    }
}

#[test]
fn a_revocation_keeps_its_time_until_its_reason_changes() {
    let mut standing = Standing::new(None);
    for (reason, at, since) in [
        (RevocationReason::Refund, 1, 1),
        (RevocationReason::Refund, 2, 1),
        (RevocationReason::Dispute, 3, 3),
        (RevocationReason::Dispute, 4, 3),
        (RevocationReason::Refund, 5, 5),
    ] {
        follow(&mut standing, &[], Some(reason), at);
        let revoked = standing.revocation().unwrap();
        assert_eq!((revoked.reason(), revoked.at()), (reason, second(since)));
    }
}
