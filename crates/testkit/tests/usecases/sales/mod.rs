mod checkout;
mod external;
