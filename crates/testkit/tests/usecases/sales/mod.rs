mod checkout;
mod external;
mod several;
