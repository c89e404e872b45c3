mod account;
mod connect;
mod disconnect;
mod inbound;
mod reconcile;
