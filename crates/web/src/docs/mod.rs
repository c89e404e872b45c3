//! `GET /docs`: the description of the API for people.

mod calls;
mod page;
mod schema;
mod section;
mod text;

pub(crate) mod route;

pub use page::DocsPage;
