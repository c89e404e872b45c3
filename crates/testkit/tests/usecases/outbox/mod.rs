mod deliver;
mod endpoints;
mod event;
mod fairness;
mod mail;
mod pause;
mod webhook_endpoint;
