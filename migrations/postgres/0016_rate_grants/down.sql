alter table rate_windows set logged;
alter table rate_windows drop column granted;
