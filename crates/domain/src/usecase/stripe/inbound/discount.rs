//! The discount of a completed session: the order remembers the promotion code that it was sold by.

use crate::base::stripe_value::{CurrencyCode, StripeObjectId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::model::sales::ledger::entry::{LedgerEntry, LedgerEntryId, SoldBy};
use crate::model::sales::ledger::postings::Postings;
use crate::model::sales::ledger::transaction::EntryKind;
use crate::model::sales::order::Order;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::SessionFacts;
use crate::ports::{PromotionCodes, StoreError};

/// The entry of the ledger for the discount of an order; `None` if there was none. A sale that the discount
/// makes free is counted by it. A subscription has its first payment in its invoice, now or after a trial.
pub(super) fn entry(
    store: &(impl PromotionCodes + ?Sized),
    order: &Order,
    facts: &SessionFacts,
    now: Timestamp,
) -> Result<Option<LedgerEntry>, StoreError> {
    let Some(discount) = facts.discount.as_ref().filter(|it| it.amount >= 0) else {
        return Ok(None);
    };
    let currency = facts.currency.as_deref().map(CurrencyCode::parse);
    let id = StripeObjectId::parse(facts.session.as_str());
    let (Some(Ok(currency)), Ok(id)) = (currency, id) else {
        return Ok(None);
    };
    let account = AccountRef {
        mode: order.mode,
        account: order.account.clone(),
    };
    let is_free = facts.payment_intent.is_none() && facts.subscription.is_none();
    let code = match &discount.promotion_code {
        None => None,
        Some(promotion) => Some(sold_by(store, &account, promotion)?),
    };
    Ok(Some(LedgerEntry {
        id: LedgerEntryId {
            tenant: order.tenant.clone(),
            account,
            id,
        },
        kind: EntryKind::Discount,
        stripe_type: Text::truncated(EntryKind::Discount.as_str()),
        currency,
        postings: Postings::of_discount(discount.amount, is_free),
        net: 0,
        source: discount.promotion_code.clone(),
        intent: facts.payment_intent.clone(),
        order: Some(order.id.clone()),
        code,
        created_at: now,
        version: 1,
    }))
}

/// What the buyer typed, as far as it is known here.
fn sold_by(
    store: &(impl PromotionCodes + ?Sized),
    account: &AccountRef,
    promotion: &StripeObjectId,
) -> Result<SoldBy, StoreError> {
    let known = store.promotion_code_at_stripe(account, promotion)?;
    Ok(match known {
        Some(known) => SoldBy {
            code: Text::truncated(known.code.as_str()),
            campaign: known.campaign,
        },
        None => SoldBy {
            code: Text::truncated(promotion.as_str()),
            campaign: None,
        },
    })
}
