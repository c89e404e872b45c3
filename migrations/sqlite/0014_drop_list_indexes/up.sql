-- Nothing reads these any more. Until the last node of the version before has stopped, its lists are
-- slower.

drop index if exists licenses_newest;
drop index if exists licenses_customer;
drop index if exists license_metadata_searched;
drop index if exists customers_newest;
drop index if exists customers_email;
