//! Proving a restricted key: all probes run side by side, each on a thread of its own.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::base::id::{ProbeCouponId, StripeAccountId};
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::model::stripe::key_proof::{CouponFate, KeyProof, ProbeOutcome};
use mintage_domain::ports::{
    KeyAccount, KeyProver, RestrictedStripe, RestrictedStripeError, SellerKey, StripeError,
};

/// How often a probe is made that Stripe does not answer.
const ATTEMPTS: u32 = 3;

/// The wait between two attempts.
const PAUSE: Duration = Duration::from_millis(300);

/// When no further attempt begins. With the time limit of a call, a proof ends within 20 seconds.
const GIVE_UP_AFTER: Duration = Duration::from_secs(8);

/// Proves keys at Stripe.
pub struct ParallelProver(Arc<dyn RestrictedStripe>);

impl ParallelProver {
    /// Proves keys by calls of this Stripe.
    pub fn new(stripe: Arc<dyn RestrictedStripe>) -> Self {
        Self(stripe)
    }
}

/// One proof.
struct Proof<'a> {
    stripe: &'a dyn RestrictedStripe,
    key: &'a SellerKey,
    coupon: &'a ProbeCouponId,
    /// Ends the ids of objects that do not exist.
    missing: &'a str,
    started: Instant,
}

type Answer = Result<(), RestrictedStripeError>;

impl KeyProver for ParallelProver {
    fn prove(&self, key: &SellerKey, coupon: &ProbeCouponId) -> KeyProof {
        let missing = coupon.as_str().strip_prefix(ProbeCouponId::PREFIX);
        let proof = Proof {
            stripe: &*self.0,
            key,
            coupon,
            missing: missing.unwrap_or_default(),
            started: Instant::now(),
        };
        proof.run()
    }
}

impl Proof<'_> {
    fn run(&self) -> KeyProof {
        thread::scope(|scope| {
            let account = scope.spawn(|| self.again(|| self.stripe.account_of(self.key)));
            let coupon = scope.spawn(|| self.prove_coupon());
            let needed = KeyPermission::ALL.map(|permission| {
                scope.spawn(move || match permission {
                    // Another thread creates the coupon.
                    KeyPermission::Coupons => Ok(()),
                    _ => self.again(|| self.stripe.probe(self.key, permission, self.missing)),
                })
            });
            let excess = ExcessPermission::ALL
                .into_iter()
                .filter(|permission| *permission != ExcessPermission::Account)
                .map(|permission| {
                    let probe =
                        move || self.stripe.probe_excess(self.key, permission, self.missing);
                    (permission, scope.spawn(probe))
                })
                .collect::<Vec<_>>();
            let account = account.join().unwrap_or_else(|_| Err(panicked()));
            let (created, fate) = coupon
                .join()
                .unwrap_or_else(|_| (Err(panicked()), CouponFate::Unknown));
            let mut answers = needed.map(|probe| probe.join().unwrap_or_else(|_| Err(panicked())));
            for (permission, answer) in KeyPermission::ALL.into_iter().zip(&mut answers) {
                if permission == KeyPermission::Coupons {
                    answer.clone_from(&created);
                }
            }
            let mut held: Vec<_> = excess
                .into_iter()
                .filter_map(|(permission, probe)| {
                    matches!(probe.join(), Ok(Ok(()))).then_some(permission)
                })
                .collect();
            if account.as_ref().is_ok_and(|account| account.is_readable) {
                held.insert(0, ExcessPermission::Account);
            }
            KeyProof {
                account: account_of(account, &answers),
                outcomes: answers.map(|answer| outcome(&answer)),
                excess: held,
                coupon: fate,
            }
        })
    }

    /// Makes a call, and again while Stripe does not answer it.
    fn again<T>(
        &self,
        call: impl Fn() -> Result<T, RestrictedStripeError>,
    ) -> Result<T, RestrictedStripeError> {
        let mut result = call();
        for attempt in 1..ATTEMPTS {
            let is_open = matches!(&result, Err(error) if is_undetermined(error));
            if !is_open || self.started.elapsed() >= GIVE_UP_AFTER {
                break;
            }
            thread::sleep(PAUSE * attempt);
            result = call();
        }
        result
    }

    /// Creates the coupon and deletes it again. The deletion is tried twice.
    fn prove_coupon(&self) -> (Answer, CouponFate) {
        let created = self.again(|| self.stripe.create_probe_coupon(self.key, self.coupon));
        let may_exist = match &created {
            Ok(()) => true,
            Err(error) => is_unknown(error),
        };
        if !may_exist {
            return (created, CouponFate::Gone);
        }
        let delete = || self.stripe.delete_probe_coupon(self.key, self.coupon);
        let deleted = delete().or_else(|_| delete());
        let fate = match (&created, deleted) {
            // A call that seemed lost may still create the coupon, after its deletion.
            (Err(_), _) => CouponFate::Unknown,
            (Ok(()), Ok(())) => CouponFate::Gone,
            (Ok(()), Err(_)) => CouponFate::Left,
        };
        (created, fate)
    }
}

fn outcome(answer: &Answer) -> ProbeOutcome {
    match answer {
        Ok(()) => ProbeOutcome::Granted,
        Err(RestrictedStripeError::Denied { .. }) => ProbeOutcome::Missing,
        Err(RestrictedStripeError::BadKey) => ProbeOutcome::BadKey,
        Err(RestrictedStripeError::Stripe(_)) => ProbeOutcome::Undetermined,
    }
}

/// Whether an answer leaves open whether the permission is held.
const fn is_undetermined(error: &RestrictedStripeError) -> bool {
    matches!(error, RestrictedStripeError::Stripe(_))
}

/// Whether Stripe may have made the call all the same.
const fn is_unknown(error: &RestrictedStripeError) -> bool {
    matches!(
        error,
        RestrictedStripeError::Stripe(StripeError::Unavailable(_) | StripeError::Unreadable(_))
    )
}

/// The account, from the call that asks for it or from any refusal that names it.
fn account_of(
    asked: Result<KeyAccount, RestrictedStripeError>,
    answers: &[Answer],
) -> Option<StripeAccountId> {
    let named = answers.iter().find_map(|answer| match answer {
        Err(RestrictedStripeError::Denied { account, .. }) => account.clone(),
        _ => None,
    });
    asked.ok().map(|account| account.id).or(named)
}

fn panicked() -> RestrictedStripeError {
    RestrictedStripeError::Stripe(StripeError::Unavailable("a probe panicked".to_owned()))
}
