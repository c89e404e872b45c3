-- The orders of a buyer, to erase the buyer.
drop index if exists orders_buyer;
create index orders_buyer on orders (tenant, buyer) where buyer is not null;
