-- What an order sells beyond one plain license, as JSON, and the seller's metadata for its licenses. Both
-- are null for one plain license.

alter table orders add column basket text;
alter table orders add column metadata text;
