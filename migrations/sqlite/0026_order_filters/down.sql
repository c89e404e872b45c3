drop index orders_status;
drop index orders_email;
