-- What sellers search by: customers, a customer's licenses, the audit trail.

create index customers_newest on customers (tenant, created_at, id);
create index customers_email on customers (tenant, email, created_at, id);
create index customers_external_id on customers (tenant, external_id, created_at, id)
    where external_id is not null;

-- Led by the tenant as every question is, so that it is not outdone by the tenant's whole list.
drop index licenses_customer;
create index licenses_customer on licenses (tenant, customer, created_at, id);

create index audit_entries_target on audit_entries (tenant, target, at, id);
create index audit_entries_action on audit_entries (tenant, action, at, id);
