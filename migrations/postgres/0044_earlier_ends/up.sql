-- Ends that were marked before ends were noticed are noticed without an event.

update licenses set noticed_end = expires_at where state = 'expired' and noticed_end is null;
