alter table key_types drop column updates_for;
alter table key_types drop column term_from;
alter table key_types drop column quantity_as;
alter table key_types drop column managed_payments;
alter table key_types drop column invoice_creation;
alter table key_types drop column tax_id_collection;
alter table key_types drop column automatic_tax;
alter table key_types drop column allow_promotion_codes;
