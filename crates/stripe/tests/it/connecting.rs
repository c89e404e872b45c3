//! OAuth against the simulated Stripe, over real connections.

use mintage_domain::mode::Mode;
use mintage_domain::ports::{Stripe, StripeError};
use mintage_domain::secret::Secret;

use crate::world::{self, World};

#[test]
fn a_seller_who_consents_is_connected_in_the_mode_that_was_asked_for() {
    for mode in Mode::ALL {
        let world = World::start();
        let stripe = world.stripe();
        let code = world.consent(&stripe, mode, "state-1");
        let grant = stripe.exchange(mode, &code).expect("a grant");
        assert_eq!(grant.livemode, mode.livemode());
        let on = world::at(mode, grant.account.clone());
        let account = stripe.account(&on).expect("an account");
        assert_eq!((account.id, account.charges_enabled), (grant.account, true));
    }
}

#[test]
fn a_code_works_once_and_a_second_use_ends_the_grant() {
    let world = World::start();
    let stripe = world.stripe();
    let code = world.consent(&stripe, Mode::Sandbox, "state-1");
    let grant = stripe.exchange(Mode::Sandbox, &code).expect("a grant");
    assert_eq!(
        stripe.exchange(Mode::Sandbox, &code),
        Err(StripeError::CodeRefused)
    );
    let on = world::at(Mode::Sandbox, grant.account);
    assert_eq!(stripe.account(&on), Err(StripeError::AccountGone));
}

#[test]
fn a_code_is_of_no_use_in_the_other_mode_or_when_made_up() {
    let world = World::start();
    let stripe = world.stripe();
    let code = world.consent(&stripe, Mode::Sandbox, "state-1");
    assert_eq!(
        stripe.exchange(Mode::Live, &code),
        Err(StripeError::CodeRefused)
    );
    let made_up = Secret::new("ac_made_up");
    assert_eq!(
        stripe.exchange(Mode::Live, &made_up),
        Err(StripeError::CodeRefused)
    );
}

#[test]
fn a_grant_can_be_ended_and_ended_again() {
    let world = World::start();
    let stripe = world.stripe();
    let on = world.connected(Mode::Live);
    assert_eq!(stripe.deauthorize(&on), Ok(()));
    assert_eq!(stripe.account(&on), Err(StripeError::AccountGone));
    assert_eq!(stripe.deauthorize(&on), Ok(()));
}

#[test]
fn a_grant_that_a_wrong_client_id_cannot_end_is_not_said_to_be_over() {
    let world = World::start();
    let on = world.connected(Mode::Live);
    let refused = world.stripe_as("ca_other").deauthorize(&on);
    let Err(StripeError::Refused { code, .. }) = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code.as_deref(), Some("invalid_client"));
    assert!(world.stripe().account(&on).is_ok());
}

#[test]
fn a_key_that_stripe_does_not_know_is_the_operators_matter() {
    let world = World::start();
    let on = world.connected(Mode::Live);
    let stranger = world.stripe_with_key("sk_live_stranger");
    assert_eq!(stranger.account(&on), Err(StripeError::Unauthorized));
    let code = world.consent(&stranger, Mode::Live, "s");
    assert_eq!(
        stranger.exchange(Mode::Live, &code),
        Err(StripeError::Unauthorized)
    );
}
