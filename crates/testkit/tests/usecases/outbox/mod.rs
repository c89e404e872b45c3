mod deliver;
mod event;
mod mail;
mod webhook_endpoint;
