alter table orders drop column email;
