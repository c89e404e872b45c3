drop index audit_entries_action;
drop index audit_entries_target;
drop index licenses_customer;
create index licenses_customer on licenses (customer);
drop index customers_external_id;
drop index customers_email;
drop index customers_newest;
