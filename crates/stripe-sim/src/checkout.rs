//! What happens when a payer submits the hosted page, and when a bank debit settles.

use crate::error::StripeError;
use crate::events::Origin;
use crate::fees::Fee;
use crate::payments::{Charge, Means, PaymentIntent, Progress};
use crate::sessions::{Session, Status};
use crate::shelf::Resource;
use crate::world::{Scope, World};

/// What the payer does on the page.
pub(crate) enum Tender {
    /// A card's number, digits only.
    Card(String),
    BankDebit,
    /// The bank's second page: whether the payer proved who they are.
    Authentication(bool),
}

/// What the page does next.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// On to the seller's page.
    Complete(String),
    /// Again, with this sentence.
    Declined(&'static str),
    /// On to the bank's page.
    Challenge,
}

enum Verdict {
    Good,
    Declined(&'static str),
    Challenge,
}

const NOT_A_CARD: &str = "Your card number is invalid.";
const NOT_OFFERED: &str = "This payment method is not offered.";
const NOT_AUTHENTICATED: &str = "We are unable to authenticate your payment method. Please choose a \
    different payment method and try again.";

static CARDS: [(&str, Verdict); 7] = [
    ("4242424242424242", Verdict::Good),
    (
        "4000000000000002",
        Verdict::Declined("Your card was declined."),
    ),
    (
        "4000000000009995",
        Verdict::Declined("Your card has insufficient funds."),
    ),
    (
        "4000000000000069",
        Verdict::Declined("Your card has expired."),
    ),
    (
        "4000000000000127",
        Verdict::Declined("Your card's security code is incorrect."),
    ),
    ("4000002500003155", Verdict::Challenge),
    ("4000002760003184", Verdict::Challenge),
];

impl World {
    /// Takes a submission of an open session's page.
    pub(crate) fn submit(
        &mut self,
        scope: &Scope,
        id: &str,
        email: &str,
        tender: Tender,
    ) -> Result<Outcome, StripeError> {
        let session = self.find::<Session>(scope, id)?;
        if session.status != Status::Open {
            return Err(StripeError::invalid(
                "This Checkout Session is no longer open.",
            ));
        }
        if !email.is_empty() {
            session.payer_email = Some(email.to_owned());
        }
        if session.amount_total == 0 {
            return self.finish(scope, id, "no_payment_required", None);
        }
        let means = match tender {
            Tender::BankDebit if session.means().contains(&"us_bank_account") => Means::BankDebit,
            Tender::BankDebit => return Ok(Outcome::Declined(NOT_OFFERED)),
            Tender::Card(number) => match judge(&number) {
                Verdict::Good => card(&number),
                Verdict::Declined(sentence) => return Ok(Outcome::Declined(sentence)),
                Verdict::Challenge => {
                    session.challenge = Some(number);
                    return Ok(Outcome::Challenge);
                }
            },
            Tender::Authentication(proved) => match session.challenge.take() {
                Some(number) if proved => card(&number),
                _ => return Ok(Outcome::Declined(NOT_AUTHENTICATED)),
            },
        };
        self.charge_session(scope, id, &means)
    }

    fn charge_session(
        &mut self,
        scope: &Scope,
        id: &str,
        means: &Means,
    ) -> Result<Outcome, StripeError> {
        let now = self.now();
        let (intent_id, charge_id) = (
            self.ids.object("pi_"),
            self.ids.object(means.charge_prefix()),
        );
        let client_secret = self.ids.object(&format!("{intent_id}_secret_"));
        let session = self.find::<Session>(scope, id)?;
        let intent = PaymentIntent {
            id: intent_id.clone(),
            livemode: scope.mode.livemode(),
            created: now,
            amount: session.amount_total,
            currency: session.currency.clone(),
            data: session.intent_data.clone(),
            progress: Progress::Pending,
            charge: charge_id.clone(),
            client_secret,
            means: means.clone(),
        };
        let charge = Charge {
            id: charge_id,
            livemode: scope.mode.livemode(),
            created: now,
            amount: session.amount_total,
            amount_refunded: 0,
            currency: session.currency.clone(),
            application: session.intent_data.application.clone(),
            application_fee_amount: session.intent_data.application_fee,
            application_fee: None,
            balance_transaction: None,
            payment_intent: intent_id.clone(),
            progress: Progress::Pending,
            email: session
                .payer_email
                .clone()
                .or_else(|| session.customer_email.clone()),
            description: session.intent_data.description.clone(),
            metadata: session.intent_data.metadata.clone(),
            means: means.clone(),
        };
        let books = self.books(scope);
        books.intents.put(intent);
        books.charges.put(charge);
        if *means == Means::BankDebit {
            return self.finish(scope, id, "unpaid", Some(intent_id));
        }
        self.succeed(scope, &intent_id)?;
        self.finish(scope, id, "paid", Some(intent_id))
    }

    /// Completes the session and tells of it.
    fn finish(
        &mut self,
        scope: &Scope,
        id: &str,
        payment_status: &'static str,
        intent: Option<String>,
    ) -> Result<Outcome, StripeError> {
        let session = self.find::<Session>(scope, id)?;
        session.status = Status::Complete;
        session.payment_status = payment_status;
        session.payment_intent = intent;
        let back = session.success_url.replace("{CHECKOUT_SESSION_ID}", id);
        let body = session.body();
        self.emit(
            scope,
            "checkout.session.completed",
            &body,
            &Origin::default(),
        );
        Ok(Outcome::Complete(back))
    }

    /// Moves the money: the charge, its intent, and the platform's share.
    fn succeed(&mut self, scope: &Scope, intent: &str) -> Result<(), StripeError> {
        let charge = self.resolve(scope, intent, Progress::Succeeded)?;
        let transaction = self.ids.object("txn_");
        let fee = self.collect_fee(scope, &charge)?;
        let charge = self.find::<Charge>(scope, &charge)?;
        charge.balance_transaction = Some(transaction);
        charge.application_fee = fee;
        Ok(())
    }

    /// Sets the state of an intent and its charge, whose id it returns.
    fn resolve(
        &mut self,
        scope: &Scope,
        intent: &str,
        progress: Progress,
    ) -> Result<String, StripeError> {
        let intent = self.find::<PaymentIntent>(scope, intent)?;
        intent.progress = progress;
        let charge = intent.charge.clone();
        self.find::<Charge>(scope, &charge)?.progress = progress;
        Ok(charge)
    }

    fn collect_fee(&mut self, scope: &Scope, charge: &str) -> Result<Option<String>, StripeError> {
        let (id, created) = (self.ids.object("fee_"), self.now());
        let balance_transaction = self.ids.object("txn_");
        let charge = self.find::<Charge>(scope, charge)?;
        let (Some(amount), Some(application)) =
            (charge.application_fee_amount, charge.application.clone())
        else {
            return Ok(None);
        };
        let fee = Fee {
            id: id.clone(),
            livemode: scope.mode.livemode(),
            created,
            account: scope.account.clone(),
            application,
            charge: charge.id.clone(),
            amount,
            refunds: Vec::new(),
            currency: charge.currency.clone(),
            balance_transaction,
        };
        let platform = self.platform_scope(scope.mode);
        self.books(&platform).fees.put(fee);
        Ok(Some(id))
    }

    /// Ends a bank debit well or badly, once.
    pub(crate) fn settle(
        &mut self,
        scope: &Scope,
        id: &str,
        well: bool,
    ) -> Result<(), StripeError> {
        let session = self.find::<Session>(scope, id)?;
        let waiting = session.status == Status::Complete && session.payment_status == "unpaid";
        let intent = session.payment_intent.clone().filter(|_| waiting);
        let settled = || StripeError::invalid("This session has no payment that waits to settle.");
        let intent = intent.ok_or_else(settled)?;
        if self.find::<PaymentIntent>(scope, &intent)?.progress != Progress::Pending {
            return Err(settled());
        }
        let kind = if well {
            self.succeed(scope, &intent)?;
            self.find::<Session>(scope, id)?.payment_status = "paid";
            "checkout.session.async_payment_succeeded"
        } else {
            self.resolve(scope, &intent, Progress::Failed)?;
            "checkout.session.async_payment_failed"
        };
        let body = self.find::<Session>(scope, id)?.body();
        self.emit(scope, kind, &body, &Origin::default());
        Ok(())
    }
}

fn judge(number: &str) -> &'static Verdict {
    let found = CARDS.iter().find(|(known, _)| *known == number);
    found.map_or(&Verdict::Declined(NOT_A_CARD), |(_, verdict)| verdict)
}

fn card(number: &str) -> Means {
    let start = number.len().saturating_sub(4);
    Means::Card {
        last4: number[start..].to_owned(),
    }
}
