mod key_type;
mod prices;
mod product;
