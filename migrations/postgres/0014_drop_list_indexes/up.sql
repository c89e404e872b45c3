-- Nothing reads these any more. Until the last node of the version before has stopped, its lists are
-- slower.

drop index concurrently if exists licenses_newest;
drop index concurrently if exists licenses_customer;
drop index concurrently if exists license_metadata_searched;
drop index concurrently if exists customers_newest;
drop index concurrently if exists customers_email;
