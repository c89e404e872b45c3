//! The pages of purchases.

use askama::Template;
use mintage_domain::base::email::Email;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::usecase::licenses::purchase::{
    BoughtLicense, BuyersStanding, Progress, Purchase, PurchasedItem, ShownKey,
};

use super::request::{BuyersRequest, with};
use crate::page::to_the_minute;

/// A purchase without a license.
#[derive(Template)]
#[template(path = "thanks/waiting.html")]
pub(super) struct WaitingPage<'a> {
    title: &'static str,
    is_test: bool,
    message: &'static str,
    advice: &'static str,
    items: &'a [PurchasedItem],
    seller: Option<&'a str>,
    here: &'a str,
    /// Where the page does not load again by itself, if it does so here.
    stop: Option<String>,
}

impl<'a> WaitingPage<'a> {
    /// `last` is the number of tries after which the page stops to load again, if it does so now.
    pub(super) fn of(purchase: &'a Purchase, here: &'a str, last: Option<usize>) -> Self {
        let (title, message, advice) = match &purchase.progress {
            Progress::Open if last.is_some() => (
                "Waiting for your payment",
                "Stripe has not confirmed your payment yet. That usually takes a few seconds.",
                "This page loads again by itself for about a minute.",
            ),
            Progress::Open | Progress::Licensed(_) => (
                "Your payment is not confirmed yet",
                "Stripe has not confirmed a payment for this purchase.",
                "If you have paid, you will get the license: load this page again later. If you have not \
                 paid, go back to the seller’s page.",
            ),
            Progress::AwaitingPayment => (
                "Your payment is on its way",
                "Your bank moves the money now, which takes some days.",
                "You will get the license as soon as the money has arrived. You can close this page, and \
                 come back later.",
            ),
            Progress::PaymentFailed => (
                "Your payment has failed",
                "Your bank refused the payment, so there is no license.",
                "Go back to the seller’s page to buy again.",
            ),
            Progress::Expired => (
                "This checkout has ended",
                "The checkout ended before it was paid, so nothing was charged.",
                "Go back to the seller’s page to buy again.",
            ),
        };
        Self {
            title,
            is_test: purchase.mode == Mode::Sandbox,
            message,
            advice,
            items: &purchase.items,
            seller: purchase.seller.as_ref().map(Email::as_str),
            here,
            stop: last.map(|tries| with(here, "try", &tries.to_string())),
        }
    }
}

/// A purchase with its licenses.
#[derive(Template)]
#[template(path = "thanks/license.html")]
pub(super) struct LicensePage<'a> {
    title: &'static str,
    is_test: bool,
    licenses: Vec<LicenseSection<'a>>,
    /// Until when the page shows keys, if it shows any.
    shown_until: Option<String>,
    /// Why there is no key.
    without_key: &'static str,
    /// The masked address that the keys were mailed to.
    mailed_to: Option<&'a str>,
    /// The address of the form that mails the keys again, and the masked address that gets them.
    resend: Option<(String, &'a str)>,
    is_mailed_again: bool,
    seller: Option<&'a str>,
}

/// A license on the page.
struct LicenseSection<'a> {
    /// What makes the ids of the section's elements unique: nothing for the first license.
    suffix: String,
    product: &'a str,
    plan: &'a str,
    status: &'static str,
    expires_at: Option<String>,
    activation_limit: u32,
    key: Option<&'a str>,
}

impl<'a> LicenseSection<'a> {
    fn of(purchase: &'a Purchase, number: usize, license: &'a BoughtLicense) -> Self {
        let item = purchase.items.get(license.line);
        Self {
            suffix: match number {
                1 => String::new(),
                number => format!("-{number}"),
            },
            product: item.map_or("", |item| &item.product),
            plan: item.map_or("", |item| &item.plan),
            status: words(license.standing).1,
            expires_at: license.expires_at.map(to_the_minute),
            activation_limit: license.activation_limit,
            key: match &license.key {
                ShownKey::Key(key, _) => Some(Secret::expose(key)),
                _ => None,
            },
        }
    }
}

impl<'a> LicensePage<'a> {
    /// `None` without a license.
    pub(super) fn of(
        purchase: &'a Purchase,
        licenses: &'a [BoughtLicense],
        request: &BuyersRequest,
        here: &str,
        has_mail_server: bool,
    ) -> Option<Self> {
        // What is said about the purchase follows its best license.
        let is_active = |it: &&BoughtLicense| it.standing == BuyersStanding::Active;
        let license = licenses.iter().find(is_active).or(licenses.first())?;
        let is_mailed = has_mail_server && purchase.is_mailed;
        let to = license.mailed_to.as_deref();
        let can_resend = has_mail_server
            && matches!(
                license.standing,
                BuyersStanding::Active | BuyersStanding::OnHold
            );
        let session = request.session.as_ref();
        let form = session.map(|session| {
            let (_, query) = here.split_once('?').unwrap_or((here, ""));
            format!("/thanks/{session}/resend?{query}")
        });
        let sections = (1..).zip(licenses);
        Some(Self {
            title: words(license.standing).0,
            is_test: purchase.mode == Mode::Sandbox,
            licenses: sections
                .map(|(number, it)| LicenseSection::of(purchase, number, it))
                .collect(),
            shown_until: match &license.key {
                ShownKey::Key(_, until) => Some(to_the_minute(*until)),
                _ => None,
            },
            without_key: without_key(&license.key),
            mailed_to: to.filter(|_| is_mailed),
            resend: form.zip(to).filter(|_| can_resend),
            is_mailed_again: request.is_mailed_again,
            seller: purchase.seller.as_ref().map(Email::as_str),
        })
    }
}

impl LicensePage<'_> {
    /// Whether the page shows the key.
    pub(super) fn has_key(&self) -> bool {
        self.shown_until.is_some()
    }
}

/// A title, and the status of the license.
fn words(standing: BuyersStanding) -> (&'static str, &'static str) {
    match standing {
        BuyersStanding::Active => ("Thank you for your purchase", "valid"),
        BuyersStanding::OnHold => (
            "Your license is on hold",
            "on hold: it is not valid until the seller or your bank has settled the matter",
        ),
        BuyersStanding::Expired => ("Your license has expired", "expired"),
        BuyersStanding::Refunded => (
            "Your purchase was refunded",
            "not valid any more: the payment was refunded",
        ),
        BuyersStanding::Revoked => (
            "Your license was revoked",
            "not valid any more: it was revoked",
        ),
    }
}

/// Why there is no key on the page.
fn without_key(key: &ShownKey) -> &'static str {
    match key {
        ShownKey::Key(..) | ShownKey::NotActive => "",
        ShownKey::WithoutToken => {
            "This page shows the license key only at the full address to which Stripe sent your browser \
             after the payment."
        }
        ShownKey::TooLate => "This page shows the license key for a day after the payment.",
    }
}
