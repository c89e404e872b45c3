drop index orders_buyer;
