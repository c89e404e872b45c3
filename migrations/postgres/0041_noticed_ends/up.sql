-- The end of a term that was noticed, when `license.expired` was sent. Ends that were marked before are
-- noticed without an event.

alter table licenses add column noticed_end bigint;
update licenses set noticed_end = expires_at where state = 'expired' and noticed_end is null;
