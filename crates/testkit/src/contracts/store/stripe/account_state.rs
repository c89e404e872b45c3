//! What Stripe says of accounts, and when their events were last received.

use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::account_state::AccountState;
use mintage_domain::model::stripe::stripe_account::{PayoutSchedule, Requirements, StripeAccount};
use mintage_domain::ports::SeenTarget;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::each_overwrites;
use crate::fixtures::{Shop, account_facts};

/// The state of an account reads back in both modes: unknown, and with every fact.
pub fn an_account_state_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    for mode in Mode::ALL {
        let account = AccountRef {
            mode,
            ..shop.account_ref()
        };
        let unknown = AccountState::unknown(account.clone(), shop.now());
        let facts = StripeAccount {
            charges_enabled: false,
            kind: None,
            dashboard: None,
            country: None,
            default_currency: None,
            requirements: Requirements {
                currently_due: vec!["external_account".to_owned()],
                past_due: vec!["individual.dob.day".to_owned()],
                disabled_reason: Some("requirements.past_due".to_owned()),
                deadline: Some(1_798_761_600),
            },
            payout_schedule: Some(PayoutSchedule {
                interval: "weekly".to_owned(),
                delay_days: None,
                weekly_anchor: Some("friday".to_owned()),
                monthly_anchor: Some(31),
            }),
            instant_payouts: None,
            ..account_facts(&shop.account)
        };
        let known = AccountState {
            account,
            facts: Some(facts),
            ..shop.account_state()
        };
        each_overwrites(store, &shop, |it| &mut it.account_states, [unknown, known]);
    }
}

/// The time of the last event of an account moves forward only, stays when the link changes, and moves no
/// version. An account that was never linked is left out.
pub fn the_last_event_of_an_account_only_moves_forward(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let link = Write::changed(shop.account_link());
    let again = Write::changed(link.value.clone());
    committed(store, changing(&shop, |it| it.accounts.push(link)));
    let account = shop.account_ref();
    let other = AccountRef {
        mode: match account.mode {
            Mode::Sandbox => Mode::Live,
            Mode::Live => Mode::Sandbox,
        },
        ..account.clone()
    };
    let at = |seconds| shop.now().plus(Duration::from_secs(seconds));
    assert_eq!(store.last_event_at(&account), Ok(None));
    for (recorded, latest) in [(20, 20), (10, 20), (40, 40)] {
        let seen = [&other, &account].map(|it| (SeenTarget::Account(it.clone()), at(recorded)));
        store.record_last_seen(&seen).expect("the store answers");
        assert_eq!(store.last_event_at(&account), Ok(Some(at(latest))));
    }
    assert_eq!(store.last_event_at(&other), Ok(None));
    committed(store, changing(&shop, |it| it.accounts.push(again)));
    assert_eq!(store.last_event_at(&account), Ok(Some(at(40))));
}
