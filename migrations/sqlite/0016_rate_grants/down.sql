alter table rate_windows drop column granted;
