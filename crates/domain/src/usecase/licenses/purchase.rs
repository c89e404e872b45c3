//! What a buyer sees of a purchase after the payment, and the key by mail once more.

use std::time::Duration;

use crate::base::email::Email;
use crate::base::id::SessionId;
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::{Revocation, RevocationReason, State};
use crate::model::outbox::mail::QueuedMail;
use crate::model::sales::items::Quantity;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::thanks_page;
use crate::model::sellers::audit::Actor;
use crate::ports::{
    Catalog, Commit, LicenseRecord, Licenses, Orders, RateLimiter, StoreError, Tenants,
};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::mint::license_key;
use crate::usecase::outbox::mail::MailCommandError;
use crate::usecase::outbox::resend::resend as resend_mail;

/// How long after the payment the page shows the license key. Later the buyer has the mail.
pub const KEY_SHOWN_FOR: Duration = Duration::from_hours(24);

/// Why a purchase cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurchaseError {
    /// No order has this session.
    #[error("there is no purchase with this id")]
    Unknown,
    /// The order has no license whose key can be mailed.
    #[error("the purchase has no license yet")]
    NotPaid,
    /// The key cannot be mailed.
    #[error(transparent)]
    Mail(#[from] MailCommandError),
    /// The store failed, or the key cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(PurchaseError);

/// A purchase, as its buyer sees it.
#[derive(Debug)]
pub struct Purchase {
    /// The mode: nothing is charged in the sandbox.
    pub mode: Mode,
    /// What was bought, by line.
    pub items: Vec<PurchasedItem>,
    /// The address of the seller; `None` if the tenant is erased.
    pub seller: Option<Email>,
    /// Whether the seller has the key mailed to buyers.
    pub is_mailed: bool,
    /// How far the purchase is.
    pub progress: Progress,
}

/// A line of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchasedItem {
    /// The name of the product.
    pub product: String,
    /// The name of the key type.
    pub plan: String,
    /// How many were bought.
    pub quantity: Quantity,
}

/// How far a purchase is.
#[derive(Debug)]
pub enum Progress {
    /// Stripe has not reported a payment yet.
    Open,
    /// The bank moves the money, which takes days.
    AwaitingPayment,
    /// The bank refused the payment.
    PaymentFailed,
    /// The session ended without a payment.
    Expired,
    /// The licenses are minted. There is at least one.
    Licensed(Vec<BoughtLicense>),
}

/// The license of a purchase.
#[derive(Debug)]
pub struct BoughtLicense {
    /// The index of its line in the purchase.
    pub line: usize,
    /// What the license is worth.
    pub standing: BuyersStanding,
    /// When the license ends; `None` if it never does.
    pub expires_at: Option<Timestamp>,
    /// The most devices that the license is active on at the same time.
    pub activation_limit: u32,
    /// The masked address that the key is mailed to; `None` if no mail can be sent.
    pub mailed_to: Option<String>,
    /// The key, or why it is not shown.
    pub key: ShownKey,
}

/// What a license is worth, in the words of its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuyersStanding {
    /// The license is valid.
    Active,
    /// The license is on hold.
    OnHold,
    /// The term is over.
    Expired,
    /// The payment was refunded.
    Refunded,
    /// The license was revoked for another reason.
    Revoked,
}

/// The key of a license, or why it is not shown.
#[derive(Debug)]
pub enum ShownKey {
    /// The key, and until when it is shown.
    Key(Secret, Timestamp),
    /// The caller has not come by the address that only the buyer has.
    WithoutToken,
    /// The payment is too long ago.
    TooLate,
    /// The license is not active.
    NotActive,
}

/// The purchase of a session. The key is shown to whoever presents the token of the order, while the
/// license is active, for [`KEY_SHOWN_FOR`] after the payment.
pub fn look(
    store: &(impl Orders + Licenses + Tenants + Catalog + ?Sized),
    env: &Env<'_>,
    session: &SessionId,
    token: Option<&str>,
) -> Result<Purchase, PurchaseError> {
    let order = find(store, session)?;
    let items = items(store, &order)?;
    let seller = store.tenant(&order.tenant)?;
    let progress = match order.status {
        OrderStatus::Opening | OrderStatus::Open => Progress::Open,
        OrderStatus::AwaitingPayment => Progress::AwaitingPayment,
        OrderStatus::PaymentFailed => Progress::PaymentFailed,
        OrderStatus::Expired | OrderStatus::Abandoned => Progress::Expired,
        // Nothing says what was sold.
        OrderStatus::Unmapped => return Err(PurchaseError::Unknown),
        OrderStatus::Fulfilled => {
            let records = store.licenses_of_order(&order.id)?;
            if records.is_empty() {
                return Err(PurchaseError::Unknown);
            }
            let has_token =
                token.is_some_and(|token| thanks_page::is_token(token, &order.id, env.keys));
            let bought = records.iter().map(|it| bought(env, &order, it, has_token));
            Progress::Licensed(bought.collect::<Result<_, _>>()?)
        }
    };
    Ok(Purchase {
        mode: order.mode,
        items,
        is_mailed: seller.as_ref().is_some_and(|it| it.mails),
        seller: seller.map(|it| it.email).filter(|it| !it.is_erased()),
        progress,
    })
}

/// The lines of an order, with the names that buyers know.
fn items(
    store: &(impl Catalog + ?Sized),
    order: &Order,
) -> Result<Vec<PurchasedItem>, PurchaseError> {
    let lines = order.lines();
    let items = lines.iter().map(|line| {
        let product = store.product(&order.tenant, &line.product)?;
        let plan = store.key_type(&order.tenant, &line.product, &line.key_type)?;
        Ok(PurchasedItem {
            product: product.map_or_else(
                || line.product.to_string(),
                |it| it.display_name.as_str().to_owned(),
            ),
            plan: plan.map_or_else(
                || line.key_type.to_string(),
                |it| it.display_name.as_str().to_owned(),
            ),
            quantity: line.quantity,
        })
    });
    items.collect()
}

/// Mails the keys of a purchase once more, to the address of the customer and to no other.
pub fn resend(
    store: &(impl Orders + Licenses + Tenants + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    session: &SessionId,
    is_configured: bool,
) -> Result<QueuedMail, PurchaseError> {
    let order = find(store, session)?;
    let record = mailed_license(store, env, &order)?.ok_or(PurchaseError::NotPaid)?;
    let (tenant, id) = (&order.tenant, &record.license.id);
    let mail = resend_mail(store, env, tenant, id, &Actor::Buyer, is_configured)?;
    Ok(mail)
}

fn find(store: &(impl Orders + ?Sized), session: &SessionId) -> Result<Order, PurchaseError> {
    store
        .order_of_checkout(session)?
        .ok_or(PurchaseError::Unknown)
}

/// The license whose mail names all licenses of the purchase: the first that is not revoked, else the
/// first.
fn mailed_license(
    store: &(impl Licenses + ?Sized),
    env: &Env<'_>,
    order: &Order,
) -> Result<Option<LicenseRecord>, StoreError> {
    let mut records = store.licenses_of_order(&order.id)?;
    let now = env.now();
    let valid = |it: &LicenseRecord| it.license.state(now) != State::Revoked;
    let first = records.iter().position(valid).unwrap_or_default();
    Ok((first < records.len()).then(|| records.swap_remove(first)))
}

fn bought(
    env: &Env<'_>,
    order: &Order,
    record: &LicenseRecord,
    has_token: bool,
) -> Result<BoughtLicense, PurchaseError> {
    let now = env.now();
    let LicenseRecord { license, email, .. } = record;
    let paid_at = order.fulfilled_at.unwrap_or(order.created_at);
    let until = paid_at.plus(KEY_SHOWN_FOR);
    let standing = standing(license, now);
    let key = if standing != BuyersStanding::Active {
        ShownKey::NotActive
    } else if !has_token {
        ShownKey::WithoutToken
    } else if now >= until {
        ShownKey::TooLate
    } else {
        let damaged = StoreError::Inconsistent {
            table: "licenses",
            reason: format!("the key of {} is damaged", license.id),
        };
        ShownKey::Key(license_key(env, license)?.ok_or(damaged)?, until)
    };
    let line = license.unit.as_ref().map_or(0, |unit| unit.line);
    Ok(BoughtLicense {
        line: usize::try_from(line).unwrap_or_default(),
        standing,
        expires_at: license.standing.expires_at(),
        activation_limit: license.activation_limit,
        mailed_to: email.is_mailable().then(|| email.masked()),
        key,
    })
}

fn standing(license: &License, now: Timestamp) -> BuyersStanding {
    let revocation = license.standing.revocation().map(Revocation::reason);
    match license.state(now) {
        State::Active => BuyersStanding::Active,
        State::Frozen => BuyersStanding::OnHold,
        State::Expired => BuyersStanding::Expired,
        State::Revoked if revocation == Some(RevocationReason::Refund) => BuyersStanding::Refunded,
        State::Revoked => BuyersStanding::Revoked,
    }
}
