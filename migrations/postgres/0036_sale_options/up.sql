-- How a key type is sold by checkout, until when its licenses include updates, and from when their term
-- counts.

alter table key_types add column allow_promotion_codes boolean not null default false;
alter table key_types add column automatic_tax boolean not null default false;
alter table key_types add column tax_id_collection boolean not null default false;
alter table key_types add column invoice_creation boolean not null default false;
alter table key_types add column managed_payments boolean not null default false;
alter table key_types add column quantity_as text collate "C" not null default 'licenses';
alter table key_types add column term_from text collate "C" not null default 'issue';
alter table key_types add column updates_for bigint;
