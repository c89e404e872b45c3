alter table account_links drop column last_event_at;
drop table account_states;
