alter table orders drop column metadata;
alter table orders drop column basket;
