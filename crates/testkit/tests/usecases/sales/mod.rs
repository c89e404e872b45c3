mod checkout;
mod several;
