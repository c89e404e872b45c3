mod checkout;
