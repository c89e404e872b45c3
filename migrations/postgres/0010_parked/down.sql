alter table stripe_events drop column attempts;
alter table stripe_events drop column tenant;
