-- The address of the buyer as far as it is known, by which orders are found.

alter table orders add column email text collate "C";
