-- Ends that were noticed by the migration are not noticed any more.

update licenses set noticed_end = null where state = 'expired';
