mod checkout;
mod external;
mod ledger;
mod promotion_code;
mod several;
