alter table orders drop column claim;
drop table product_stripe_keys;
drop table sale_mappings;
drop table manual_endpoints;
