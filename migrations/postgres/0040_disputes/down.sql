alter table payments drop column disputes;
