-- Key types with a reminder, which are few.
drop index if exists key_types_reminding;
create index key_types_reminding on key_types (tenant, product, id) where reminder_days > 0;

-- Licenses of a key type by their end, until the seller was reminded of it.
drop index if exists licenses_expiring;
create index licenses_expiring on licenses (tenant, product, key_type, expires_at)
    where state = 'active' and (reminded_end is null or reminded_end <> expires_at);

-- Licenses with a grace, until its end was noticed.
drop index if exists licenses_lapsing;
create index licenses_lapsing on licenses (frozen_from)
    where frozen_from > 0 and revocation is null
    and (noticed_end is null or noticed_end <> frozen_from);

-- Graces that ended before ends were noticed are noticed without an event: those that ended before the newest
-- license was minted, since the clocks of the databases are asked in different words.
update licenses set noticed_end = frozen_from
    where frozen_from > 0 and frozen_from <= (select max(created_at) from licenses);
