//! What the stand-in has booked on balances, and its coupons and promotion codes.

use std::collections::BTreeMap;

use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::model::sales::ledger::transaction::BalanceTransaction;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{
    BookedSince, ChargePayment, NewCoupon, NewPromotionCode, StripeError, StripePage,
    StripeRefusal, TransactionPage,
};

use crate::stand_ins::stripe::refusals::not_found;

/// The size of a page.
const PAGE: usize = 100;

#[derive(Debug, Default)]
pub(super) struct SalesState {
    /// Oldest first.
    booked: Vec<(AccountRef, BalanceTransaction)>,
    coupons: BTreeMap<(AccountRef, String), NewCoupon>,
    codes: BTreeMap<(AccountRef, StripeObjectId), NewPromotionCode>,
}

impl SalesState {
    pub(super) fn book(&mut self, account: &AccountRef, transaction: BalanceTransaction) {
        self.booked.push((account.clone(), transaction));
    }

    pub(super) fn forget(&mut self, account: &AccountRef, id: &StripeObjectId) {
        self.booked.retain(|(on, it)| on != account || it.id != *id);
    }

    pub(super) fn transactions(
        &self,
        account: &AccountRef,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError> {
        let of_account = self.booked.iter().filter(|(on, _)| on == account);
        let mut newest = of_account.map(|(_, it)| it).rev();
        if let Some(after) = &since.after
            && !newest.any(|it| it.id == *after)
        {
            return Err(not_found());
        }
        let mut booked = newest
            .filter(|it| it.created_at >= since.from)
            .filter(|it| since.until.is_none_or(|until| it.created_at <= until));
        let items: Vec<_> = booked.by_ref().take(PAGE).cloned().collect();
        Ok(StripePage {
            has_more: booked.next().is_some(),
            items,
        })
    }

    pub(super) fn charges(
        &self,
        account: &AccountRef,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError> {
        let all = BookedSince {
            after: None,
            ..since.clone()
        };
        let page = self.transactions(account, &all)?;
        let items = page.items.into_iter();
        Ok(StripePage {
            items: items
                .filter_map(|it| {
                    Some(ChargePayment {
                        id: it.source?,
                        intent: it.intent,
                    })
                })
                .collect(),
            has_more: false,
        })
    }

    pub(super) fn create_coupon(
        &mut self,
        account: &AccountRef,
        coupon: &NewCoupon,
    ) -> Result<(), StripeError> {
        let key = (account.clone(), coupon.id.clone());
        let stored = self.coupons.entry(key).or_insert_with(|| coupon.clone());
        if stored == coupon {
            Ok(())
        } else {
            Err(exists())
        }
    }

    pub(super) fn delete_coupon(&mut self, account: &AccountRef, id: &str) {
        self.coupons.remove(&(account.clone(), id.to_owned()));
        for ((on, _), code) in &mut self.codes {
            code.active = code.active && (on != account || code.coupon != id);
        }
    }

    pub(super) fn create_code(
        &mut self,
        account: &AccountRef,
        code: &NewPromotionCode,
        id: StripeObjectId,
    ) -> Result<StripeObjectId, StripeError> {
        let coupon = (account.clone(), code.coupon.clone());
        if !self.coupons.contains_key(&coupon) {
            return Err(not_found());
        }
        let of_account = |on: &AccountRef| on == account;
        let text = |it: &NewPromotionCode| it.code.as_str().to_ascii_lowercase();
        for ((on, known), it) in &self.codes {
            if of_account(on) && it == code {
                return Ok(known.clone());
            }
            if of_account(on) && it.active && text(it) == text(code) {
                return Err(exists());
            }
        }
        self.codes
            .insert((account.clone(), id.clone()), code.clone());
        Ok(id)
    }

    pub(super) fn set_code_active(
        &mut self,
        account: &AccountRef,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError> {
        let code = self.codes.get_mut(&(account.clone(), id.clone()));
        code.ok_or_else(not_found)?.active = active;
        Ok(())
    }

    pub(super) fn coupons(&self, account: &AccountRef) -> Vec<NewCoupon> {
        let coupons = self.coupons.iter().filter(|((on, _), _)| on == account);
        coupons.map(|(_, coupon)| coupon.clone()).collect()
    }

    pub(super) fn active_codes(&self, account: &AccountRef) -> Vec<String> {
        let codes = self.codes.iter();
        let active = codes.filter(|((on, _), code)| on == account && code.active);
        active.map(|(_, code)| code.code.to_string()).collect()
    }
}

fn exists() -> StripeError {
    StripeError::Refused(StripeRefusal {
        code: Some("resource_already_exists".to_owned()),
        message: "An active promotion code with this text already exists.".to_owned(),
        ..StripeRefusal::default()
    })
}
