-- The orders of a buyer, to erase the buyer.
drop index concurrently if exists orders_buyer;
create index concurrently orders_buyer on orders (tenant, buyer) where buyer is not null;
