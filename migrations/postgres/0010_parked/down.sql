drop index stripe_events_waiting;
alter table stripe_events drop column attempts;
alter table stripe_events drop column tenant;
