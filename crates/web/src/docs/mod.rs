//! `GET /docs`: the description of the API for people.

mod calls;
mod examples;
mod page;
mod schema;
mod section;
mod steps;
mod text;

pub(crate) mod route;

pub use page::DocsPage;
