-- How a key type is sold by checkout, until when its licenses include updates, and from when their term
-- counts.

alter table key_types add column allow_promotion_codes integer not null default 0 check (allow_promotion_codes in (0, 1));
alter table key_types add column automatic_tax integer not null default 0 check (automatic_tax in (0, 1));
alter table key_types add column tax_id_collection integer not null default 0 check (tax_id_collection in (0, 1));
alter table key_types add column invoice_creation integer not null default 0 check (invoice_creation in (0, 1));
alter table key_types add column managed_payments integer not null default 0 check (managed_payments in (0, 1));
alter table key_types add column quantity_as text not null default 'licenses';
alter table key_types add column term_from text not null default 'issue';
alter table key_types add column updates_for integer;
