mod checkout;
mod ledger;
mod promotion_code;
