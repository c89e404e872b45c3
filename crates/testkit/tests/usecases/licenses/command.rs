//! Commands of a seller: freeze, thaw, extend.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use mintage_domain::base::id::{LicenseId, TokenId};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::licenses::standing::{
    CannotExtend, HoldCause, RevocationReason, Standing, State,
};
use mintage_domain::model::licenses::term::Term;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::ports::{Commit, LicenseRecord, Licenses};
use mintage_domain::usecase::licenses::command::{
    LicenseError, Target, extend, freeze, revoke, thaw,
};

use crate::seller::Seller;

type Outcome = Result<LicenseRecord, LicenseError>;

#[derive(Debug, Clone, Copy)]
enum Command {
    Freeze,
    Thaw,
    Extend(&'static str),
}

const ALL: [Command; 3] = [Command::Freeze, Command::Thaw, Command::Extend("30d")];

impl Command {
    fn run(self, seller: &Seller, tenant: &TenantId, id: &LicenseId) -> Outcome {
        let actor = Actor::Token(TokenId::parse("tok_1").unwrap());
        let target = Target {
            tenant,
            id,
            actor: &actor,
        };
        let (store, env) = (&*seller.store, seller.env());
        match self {
            Self::Freeze => freeze(store, &env, target),
            Self::Thaw => thaw(store, &env, target),
            Self::Extend(by) => extend(store, &env, target, Term::parse(by).unwrap()),
        }
    }
}

/// A seller's license that ends in a day.
struct Sold {
    seller: Seller,
    id: LicenseId,
    end: Timestamp,
}

impl Sold {
    fn new() -> Self {
        let seller = Seller::on_sale();
        let end = seller.shop.now().plus(Duration::from_hours(24));
        let id = seller.sell().license.id;
        let sold = Self { seller, id, end };
        sold.change(|standing| *standing = Standing::new(Some(end)));
        sold
    }

    fn read(&self) -> License {
        let read = self.seller.store.license(self.seller.tenant(), &self.id);
        read.unwrap().unwrap().license
    }

    /// Changes the standing, as an event or another node does.
    fn change(&self, change: impl FnOnce(&mut Standing)) {
        let mut license = self.read();
        change(&mut license.standing);
        let mut changes = self.seller.shop.changes();
        changes.licenses.push(Write::changed(license));
        self.seller.store.commit(changes).unwrap();
    }

    fn run(&self, command: Command) -> Outcome {
        command.run(&self.seller, self.seller.tenant(), &self.id)
    }

    fn state(&self) -> State {
        self.read().state(self.seller.shop.now())
    }

    fn holds(&self) -> Vec<String> {
        let license = self.read();
        let held = license.standing.held_by();
        held.map(ToString::to_string).collect()
    }

    fn last_event(&self, event: &str) -> serde_json::Value {
        let all = self.seller.deliveries();
        let delivery = all.iter().find(|it| it.event.as_str() == event);
        self.seller.body(delivery.unwrap())
    }
}

#[test]
fn a_command_is_stored_sent_and_audited_with_its_actor() {
    let sold = Sold::new();
    for (command, event, action, status) in [
        (
            Command::Freeze,
            "license.frozen",
            "license.frozen",
            "FROZEN",
        ),
        (Command::Thaw, "license.thawed", "license.thawed", "ACTIVE"),
        (
            Command::Extend("lifetime"),
            "license.updated",
            "license.extended",
            "ACTIVE",
        ),
    ] {
        sold.seller.shop.env.clock.advance(Duration::from_secs(1));
        let answered = sold.run(command).unwrap();
        assert_eq!(answered.license, sold.read(), "{command:?}");
        assert_eq!(sold.state().as_str(), status, "{command:?}");
        let body = sold.last_event(event);
        assert_eq!(body["status"], status, "{command:?}");
        assert_eq!(body["key"], answered.license.masked_key.as_str());
        let done = ("token:tok_1".to_owned(), action.to_owned());
        assert!(sold.seller.audit().contains(&done), "{command:?}");
    }
    assert_eq!(
        sold.seller.events(),
        [
            "license.created",
            "license.frozen",
            "license.thawed",
            "license.updated",
            "license.updated"
        ]
    );
}

#[test]
fn a_command_that_was_given_already_is_refused_and_leaves_no_trace() {
    let sold = Sold::new();
    assert_eq!(sold.run(Command::Thaw), Err(LicenseError::NotFrozen));
    sold.run(Command::Freeze).unwrap();
    let frozen = sold.read();
    assert_eq!(sold.run(Command::Freeze), Err(LicenseError::AlreadyFrozen));
    assert_eq!(sold.read(), frozen);
    sold.run(Command::Thaw).unwrap();
    assert_eq!(sold.run(Command::Thaw), Err(LicenseError::NotFrozen));
    sold.run(Command::Freeze).unwrap();
    assert_eq!(sold.seller.audited("license.frozen"), 2);
    assert_eq!(sold.seller.audited("license.thawed"), 1);
    assert_eq!(sold.seller.events().len(), 5);
}

#[test]
fn a_thawed_license_stays_frozen_while_a_dispute_holds_it() {
    let sold = Sold::new();
    sold.change(|it| assert!(it.hold(HoldCause::Dispute("dp_1".to_owned()))));
    assert_eq!(sold.run(Command::Thaw), Err(LicenseError::NotFrozen));
    sold.run(Command::Freeze).unwrap();
    assert_eq!(sold.holds(), ["admin", "dispute:dp_1"]);
    sold.run(Command::Thaw).unwrap();
    assert_eq!(
        (sold.state(), sold.holds()),
        (State::Frozen, vec!["dispute:dp_1".to_owned()])
    );
    assert_eq!(sold.last_event("license.updated")["status"], "FROZEN");
    sold.change(|it| assert!(it.release(HoldCause::Dispute("dp_1".to_owned()))));
    assert_eq!(sold.state(), State::Active);
}

#[test]
fn an_expired_license_is_good_again_once_it_is_extended_unless_it_is_held() {
    let sold = Sold::new();
    sold.seller.shop.env.clock.advance(Duration::from_hours(72));
    assert_eq!(sold.state(), State::Expired);
    sold.run(Command::Freeze).unwrap();
    assert_eq!(sold.state(), State::Expired, "the more final word");
    sold.run(Command::Extend("1d")).unwrap();
    assert_eq!(sold.state(), State::Frozen);
    sold.run(Command::Thaw).unwrap();
    assert_eq!(sold.state(), State::Active);
    let end = sold.end.plus(Duration::from_hours(72));
    assert_eq!(sold.read().standing.expires_at(), Some(end));
}

#[test]
fn an_end_that_would_not_move_is_refused() {
    let sold = Sold::new();
    let refused = sold.run(Command::Extend("2001-01-01")).unwrap_err();
    let not_later = CannotExtend::NotLater {
        until: Timestamp::parse_rfc3339("2001-01-01").unwrap(),
        from: sold.end,
    };
    assert_eq!(refused, LicenseError::CannotExtend(not_later));
    sold.run(Command::Extend("lifetime")).unwrap();
    let refused = sold.run(Command::Extend("1d")).unwrap_err();
    assert_eq!(
        refused,
        LicenseError::CannotExtend(CannotExtend::IsLifetime)
    );
    assert_eq!(sold.seller.audited("license.extended"), 1);
}

#[test]
fn a_revoked_license_takes_no_command() {
    for reason in RevocationReason::ALL {
        let sold = Sold::new();
        sold.run(Command::Freeze).unwrap();
        let now = sold.seller.shop.now();
        sold.change(|it| assert!(it.revoke(reason, now)));
        let before = sold.read();
        for command in ALL {
            let refused = sold.run(command);
            assert_eq!(refused, Err(LicenseError::AlreadyRevoked), "{command:?}");
        }
        assert_eq!(sold.read(), before);
    }
}

#[test]
fn a_frozen_license_can_be_revoked() {
    let sold = Sold::new();
    sold.run(Command::Freeze).unwrap();
    let (store, env) = (&*sold.seller.store, sold.seller.env());
    revoke(
        store,
        &env,
        sold.seller.tenant(),
        &sold.id,
        &Actor::Operator,
    )
    .unwrap();
    assert_eq!(sold.state(), State::Revoked);
}

#[test]
fn another_tenants_license_takes_no_command() {
    let sold = Sold::new();
    let other = TenantId::parse("zeta").unwrap();
    let unknown = LicenseId::parse("lic_unknown").unwrap();
    let before = sold.read();
    for command in ALL {
        for (tenant, id) in [(&other, &sold.id), (sold.seller.tenant(), &unknown)] {
            let outcome = command.run(&sold.seller, tenant, id);
            assert_eq!(outcome, Err(LicenseError::NotFound), "{command:?}");
        }
    }
    assert_eq!(sold.read(), before);
}

#[test]
fn of_a_command_given_many_times_at_once_one_is_carried_out_and_extensions_add_up() {
    const TIMES: usize = 4;
    for (command, done, action) in [
        (Command::Freeze, 1, "license.frozen"),
        (Command::Thaw, 1, "license.thawed"),
        (Command::Extend("1d"), TIMES, "license.extended"),
    ] {
        let sold = Sold::new();
        if matches!(command, Command::Thaw) {
            sold.run(Command::Freeze).unwrap();
        }
        let start = Barrier::new(TIMES);
        let outcomes: Vec<Outcome> = thread::scope(|scope| {
            let workers: Vec<_> = (0..TIMES)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        sold.run(command)
                    })
                })
                .collect();
            workers.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let carried_out = outcomes.iter().filter(|it| it.is_ok()).count();
        assert_eq!(carried_out, done, "{outcomes:?}");
        assert_eq!(sold.seller.audited(action), done);
        if matches!(command, Command::Extend(_)) {
            let days = Duration::from_hours(24 * 4);
            assert_eq!(sold.read().standing.expires_at(), Some(sold.end.plus(days)));
        }
    }
}
