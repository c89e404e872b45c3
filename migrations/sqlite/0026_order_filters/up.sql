-- The address of the buyers of orders that exist.
update orders set email = coalesce((select c.email from customers c where c.id = orders.customer), buyer)
    where email is null and (customer is not null or buyer is not null);

-- Orders of a buyer, newest first.
drop index if exists orders_email;
create index orders_email on orders (tenant, email, created_at, id);

-- Orders in a status, newest first.
drop index if exists orders_status;
create index orders_status on orders (tenant, status, created_at, id);
