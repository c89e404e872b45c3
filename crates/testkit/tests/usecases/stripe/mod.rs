mod connect;
mod disconnect;
mod inbound;
mod restricted_key;
