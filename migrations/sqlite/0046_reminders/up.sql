-- How many days before the end of a license its seller is reminded; and the end of which the seller was.

alter table key_types add column reminder_days integer;
alter table licenses add column reminded_end integer;
