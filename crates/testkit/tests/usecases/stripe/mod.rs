mod connect;
mod disconnect;
mod inbound;
