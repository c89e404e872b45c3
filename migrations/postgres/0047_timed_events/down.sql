drop index licenses_lapsing;
drop index licenses_expiring;
drop index key_types_reminding;
