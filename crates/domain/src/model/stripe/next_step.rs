//! What a seller does next until the connection sells and is paid out.

use crate::base::mode::Mode;
use crate::base::text_enum::text_enum;
use crate::model::stripe::stripe_account::StripeAccount;

text_enum! {
    /// A step of the seller.
    pub enum NextStep {
        /// Upgrade the plan.
        UpgradePlan = "upgrade-plan",
        /// Connect an account.
        Connect = "connect",
        /// Connect again, after the access was revoked at Stripe.
        Reconnect = "reconnect",
        /// Finish Stripe's onboarding.
        FinishOnboarding = "finish-onboarding",
        /// Enter what Stripe requires.
        MeetRequirements = "meet-requirements",
        /// Ask Stripe why the account takes no payments.
        EnableCharges = "enable-charges",
        /// Set up the prices.
        SetUpPrices = "set-up-prices",
        /// Have payouts enabled.
        EnablePayouts = "enable-payouts",
        /// Switch to live mode.
        SwitchToLive = "switch-to-live",
    }

    /// The text is not a step.
    #[error("unknown step")]
    pub struct UnknownStep;
}

impl NextStep {
    /// The step in a sentence.
    pub const fn message(self) -> &'static str {
        match self {
            Self::UpgradePlan => "Stripe Connect requires a Starter, Plus, or Pro plan.",
            Self::Connect => "Connect a Stripe account: call connect, and open the link.",
            Self::Reconnect => {
                "The access to the account was revoked at Stripe. Call connect, and open the link."
            }
            Self::FinishOnboarding => {
                "Stripe has not all details of the account yet. Call onboard, and open the link."
            }
            Self::MeetRequirements => {
                "Stripe requires more details of the account: see requirements. Call onboard, or enter \
                 them in the Stripe dashboard."
            }
            Self::EnableCharges => {
                "The account can take no payments. Look at the account in the Stripe dashboard."
            }
            Self::SetUpPrices => "Some key types have no price on the account. Call setup-prices.",
            Self::EnablePayouts => {
                "Stripe pays nothing out to the account. Add a bank account in the Stripe dashboard."
            }
            Self::SwitchToLive => "The sandbox works. Call switch-to-live to sell for real money.",
        }
    }
}

/// What is known of a connection.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionView<'a> {
    /// Whether the plan includes Connect.
    pub plan_includes_connect: bool,
    /// The mode of the connected account; `None` if disconnected.
    pub mode: Option<Mode>,
    /// Whether Stripe does not let us use the account any more.
    pub access_revoked: bool,
    /// What Stripe says of the account; `None` if Stripe was never asked.
    pub facts: Option<&'a StripeAccount>,
    /// Whether a key type that is sold has no price on the account.
    pub lacks_prices: bool,
}

/// The steps of the seller, in their order.
pub fn next_steps(of: &ConnectionView<'_>) -> Vec<NextStep> {
    if !of.plan_includes_connect {
        return vec![NextStep::UpgradePlan];
    }
    let Some(mode) = of.mode else {
        return vec![NextStep::Connect];
    };
    if of.access_revoked {
        return vec![NextStep::Reconnect];
    }
    let mut steps = Vec::new();
    if let Some(facts) = of.facts {
        let due = &facts.requirements;
        let is_due = !(due.currently_due.is_empty() && due.past_due.is_empty());
        if !facts.details_submitted {
            steps.push(NextStep::FinishOnboarding);
        } else if is_due {
            steps.push(NextStep::MeetRequirements);
        } else if !facts.charges_enabled {
            steps.push(NextStep::EnableCharges);
        }
    }
    if of.lacks_prices {
        steps.push(NextStep::SetUpPrices);
    }
    if of
        .facts
        .is_some_and(|it| it.charges_enabled && !it.payouts_enabled)
    {
        steps.push(NextStep::EnablePayouts);
    }
    if steps.is_empty() && mode == Mode::Sandbox {
        steps.push(NextStep::SwitchToLive);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stripe::stripe_account::Requirements;
    use crate::model::stripe::stripe_account::tests::account;

    #[test]
    fn the_steps_follow_from_what_is_known() {
        use NextStep::{
            Connect, EnableCharges, EnablePayouts, FinishOnboarding, MeetRequirements, Reconnect,
            SetUpPrices, SwitchToLive, UpgradePlan,
        };
        let good = account();
        let new = StripeAccount {
            details_submitted: false,
            charges_enabled: false,
            payouts_enabled: false,
            ..account()
        };
        let due = StripeAccount {
            charges_enabled: false,
            requirements: Requirements {
                past_due: vec!["external_account".to_owned()],
                ..Requirements::default()
            },
            ..account()
        };
        let refused = StripeAccount {
            charges_enabled: false,
            ..account()
        };
        let unpaid = StripeAccount {
            payouts_enabled: false,
            ..account()
        };
        let view = |mode, facts, lacks_prices| ConnectionView {
            plan_includes_connect: true,
            mode,
            access_revoked: false,
            facts,
            lacks_prices,
        };
        let (sandbox, live) = (Some(Mode::Sandbox), Some(Mode::Live));
        let free = ConnectionView {
            plan_includes_connect: false,
            ..view(sandbox, Some(&good), true)
        };
        let revoked = ConnectionView {
            access_revoked: true,
            ..view(live, Some(&good), true)
        };
        for (view, expected) in [
            (free, &[UpgradePlan][..]),
            (view(None, None, true), &[Connect]),
            (revoked, &[Reconnect]),
            (view(sandbox, Some(&good), false), &[SwitchToLive]),
            (view(live, Some(&good), false), &[]),
            (view(live, None, true), &[SetUpPrices]),
            (
                view(live, Some(&new), true),
                &[FinishOnboarding, SetUpPrices],
            ),
            (view(live, Some(&due), false), &[MeetRequirements]),
            (view(sandbox, Some(&refused), false), &[EnableCharges]),
            (
                view(live, Some(&unpaid), true),
                &[SetUpPrices, EnablePayouts],
            ),
        ] {
            assert_eq!(next_steps(&view), expected, "{view:?}");
        }
    }
}
