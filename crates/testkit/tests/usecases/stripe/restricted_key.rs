use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::id::ProbeCouponId;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_domain::model::stripe::key_proof::{CouponFate, KeyProof, ProbeOutcome};
use mintage_domain::model::stripe::restricted_key::{KeyText, OwnEndpoint, RestrictedKey};
use mintage_domain::ports::{
    KeyProver, MockRestrictedStripe, RestrictedKeys, RestrictedStripe, RestrictedStripeError,
    SellerKey,
};
use mintage_domain::usecase::stripe::restricted_key::{
    Address, ConnectKey, RestrictedKeyError, connect, disconnect, ensure_endpoint, recheck,
    sweep_coupons, work_on_due,
};
use mintage_testkit::fixtures::{Shop, web_url};
use mintage_testkit::{MemoryStore, StandInRestrictedStripe};

/// Where a proof is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dies {
    Before,
    WithCoupon,
    After,
    Never,
}

/// Proves a key, one probe after the other.
struct Prover<'a>(&'a StandInRestrictedStripe, Dies);

impl KeyProver for Prover<'_> {
    fn prove(&self, key: &SellerKey, coupon: &ProbeCouponId) -> KeyProof {
        let Self(stripe, dies) = self;
        assert_ne!(*dies, Dies::Before);
        let created = stripe.create_probe_coupon(key, coupon);
        assert_ne!(*dies, Dies::WithCoupon);
        let deleted = stripe.delete_probe_coupon(key, coupon);
        assert_ne!(*dies, Dies::After);
        KeyProof {
            account: stripe.account_of(key).ok().map(|account| account.id),
            outcomes: KeyPermission::ALL.map(|permission| {
                match stripe.probe(key, permission, "x") {
                    Ok(()) => ProbeOutcome::Granted,
                    Err(RestrictedStripeError::BadKey) => ProbeOutcome::BadKey,
                    Err(RestrictedStripeError::Denied { .. }) => ProbeOutcome::Missing,
                    Err(RestrictedStripeError::Stripe(_)) => ProbeOutcome::Undetermined,
                }
            }),
            excess: Vec::new(),
            coupon: match (created, deleted) {
                (Ok(()), Err(_)) => CouponFate::Left,
                _ => CouponFate::Gone,
            },
        }
    }
}

struct World {
    store: MemoryStore,
    shop: Shop,
    stripe: Arc<StandInRestrictedStripe>,
    address: Address,
}

impl World {
    fn new() -> Self {
        let store = MemoryStore::new();
        let shop = Shop::opened(&store, "acme");
        let url = web_url("https://licenses.example.test");
        Self {
            address: Address::new(&url, &shop.tenant.id, shop.mode).unwrap(),
            stripe: Arc::new(StandInRestrictedStripe::new()),
            store,
            shop,
        }
    }

    fn key(&self) -> SellerKey {
        self.stripe.create_key(self.shop.mode, &KeyPermission::ALL)
    }

    fn connect_at(
        &self,
        stripe: &dyn RestrictedStripe,
        dies: Dies,
        key: &SellerKey,
    ) -> Result<RestrictedKey, RestrictedKeyError> {
        let new = ConnectKey {
            tenant: &self.shop.tenant.id,
            mode: self.shop.mode,
            key: KeyText::parse(key.key.expose(), self.shop.mode).unwrap(),
            address: &self.address,
            actor: &Actor::Operator,
        };
        let stripe = (stripe, &Prover(&self.stripe, dies) as &dyn KeyProver);
        connect(&self.store, stripe, &self.shop.env.env(), &new)
    }

    fn connect(&self, key: &SellerKey) -> Result<RestrictedKey, RestrictedKeyError> {
        self.connect_at(&*self.stripe, Dies::Never, key)
    }

    fn row(&self) -> Option<RestrictedKey> {
        let row = self
            .store
            .restricted_key(&self.shop.tenant.id, self.shop.mode);
        row.unwrap()
    }

    /// The time passes, and the worker works.
    fn later(&self, by: Duration) {
        self.shop.env.clock.advance(by);
        let env = self.shop.env.env();
        let prover = Prover(&self.stripe, Dies::Never);
        let stripe = (
            &*self.stripe as &dyn RestrictedStripe,
            &prover as &dyn KeyProver,
        );
        let url = web_url("https://licenses.example.test");
        work_on_due(&self.store, stripe, &env, &url).unwrap();
        sweep_coupons(&self.store, stripe.0, &env).unwrap();
    }

    fn endpoints(&self) -> usize {
        self.stripe.webhook_endpoints(&self.key()).unwrap().len()
    }
}

fn is_created(row: &RestrictedKey) -> bool {
    let endpoint = row.connected.as_ref().map(|connected| &connected.endpoint);
    matches!(endpoint, Some(OwnEndpoint::Created { .. }))
}

#[test]
fn wherever_a_proof_is_interrupted_no_coupon_and_no_key_is_left() {
    for dies in [Dies::Before, Dies::WithCoupon, Dies::After] {
        let world = World::new();
        let key = world.key();
        let died = catch_unwind(AssertUnwindSafe(|| {
            world.connect_at(&*world.stripe, dies, &key)
        }));
        assert!(died.is_err(), "{dies:?}");
        assert_eq!(world.row(), None, "{dies:?}");
        assert_eq!(
            world.stripe.coupons(),
            usize::from(dies == Dies::WithCoupon)
        );
        world.later(Duration::from_mins(3));
        assert_eq!(world.stripe.coupons(), 0, "{dies:?}");
        let far = world.shop.now().plus(Duration::from_hours(1_000));
        assert_eq!(world.store.probe_coupons_due(far, 10), Ok(vec![]));
    }
}

#[test]
fn an_endpoint_whose_secret_was_lost_in_a_crash_is_replaced_and_not_doubled() {
    let world = World::new();
    let key = world.key();
    let mut dying = MockRestrictedStripe::new();
    dying.expect_webhook_endpoints().return_const(Ok(vec![]));
    let stripe = Arc::clone(&world.stripe);
    dying
        .expect_create_webhook_endpoint()
        .returning(move |key, url| {
            stripe.create_webhook_endpoint(key, url).unwrap();
            panic!("the server dies");
        });
    let died = catch_unwind(AssertUnwindSafe(|| {
        world.connect_at(&dying, Dies::Never, &key)
    }));
    assert!(died.is_err());
    assert_eq!(world.endpoints(), 1);
    assert!(!is_created(&world.row().unwrap()));
    world.later(Duration::from_mins(3));
    assert_eq!(world.endpoints(), 1);
    assert!(is_created(&world.row().unwrap()));
}

#[test]
fn an_endpoint_is_placed_once_however_often_it_is_asked_for() {
    let world = World::new();
    let first = world.connect(&world.key()).unwrap();
    let of = (&world.shop.tenant.id, world.shop.mode);
    for _ in 0..3 {
        let env = world.shop.env.env();
        ensure_endpoint(&world.store, &*world.stripe, &env, of, &world.address).unwrap();
    }
    assert_eq!(world.endpoints(), 1);
    let now = world.row().unwrap().connected.unwrap();
    assert_eq!(now.endpoint, first.connected.unwrap().endpoint);
}

#[test]
fn a_former_endpoint_that_stripe_did_not_remove_is_removed_later() {
    let world = World::new();
    world.connect(&world.key()).unwrap();
    let mut down = MockRestrictedStripe::new();
    let unreachable = mintage_domain::ports::StripeError::Unavailable("no route".to_owned());
    down.expect_delete_webhook_endpoint()
        .times(1)
        .return_const(Err(RestrictedStripeError::Stripe(unreachable)));
    let of = (&world.shop.tenant.id, world.shop.mode);
    let env = world.shop.env.env();
    let actor = Actor::Operator;
    disconnect(&world.store, &down, &env, of, &world.address, &actor).unwrap();
    let left = world.row().unwrap();
    assert!(left.connected.is_none() && left.former.is_some());
    assert_eq!(world.endpoints(), 1);
    world.later(Duration::from_mins(3));
    assert_eq!(world.endpoints(), 0);
    let left = world.row().unwrap();
    assert_eq!((left.former, left.due_at), (None, None));
}

/// Connects another key before the proof of the old one ends.
struct Meanwhile<'a>(&'a World);

impl KeyProver for Meanwhile<'_> {
    fn prove(&self, key: &SellerKey, coupon: &ProbeCouponId) -> KeyProof {
        let proof = Prover(&self.0.stripe, Dies::Never).prove(key, coupon);
        self.0.shop.env.clock.advance(Duration::from_secs(1));
        self.0.connect(&self.0.key()).unwrap();
        proof
    }
}

#[test]
fn a_key_that_was_replaced_while_it_was_probed_is_not_blamed() {
    let world = World::new();
    let key = world.key();
    world.connect(&key).unwrap();
    world.stripe.revoke_key(&key);
    let of = (&world.shop.tenant.id, world.shop.mode);
    let env = world.shop.env.env();
    let prover = Prover(&world.stripe, Dies::Never);
    assert_eq!(recheck(&world.store, &prover, &env, of), Ok(Some(false)));
    let unwell = world.row().unwrap().connected.unwrap().health;
    assert!(unwell.is_refused && unwell.since.is_some());

    assert_eq!(
        recheck(&world.store, &Meanwhile(&world), &env, of),
        Ok(None)
    );
    assert_eq!(world.row().unwrap().connected.unwrap().health.since, None);
}
