-- The end of a term that was noticed, when `license.expired` was sent.

alter table licenses add column noticed_end integer;
