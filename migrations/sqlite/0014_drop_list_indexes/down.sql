create index licenses_newest on licenses (tenant, created_at, id);
create index licenses_customer on licenses (tenant, customer, created_at, id);
create index license_metadata_searched on license_metadata (tenant, key, value, license);
create index customers_newest on customers (tenant, created_at, id);
create index customers_email on customers (tenant, email, created_at, id);
