alter table account_links drop column by_key;
drop table probe_coupons;
drop table restricted_keys;
