mod deliver;
mod event;
mod fairness;
mod mail;
mod pause;
mod webhook_endpoint;
