-- What lists of licenses are sorted by. `state` says what is known without a clock, `active`, `frozen`
-- or `revoked`, until housekeeping has noticed the end of the term: `expired`. A license's metadata
-- repeats when the license was created, so that an index holds both.

alter table licenses add column state text not null default 'active';
alter table license_metadata add column created_at integer not null default 0;
