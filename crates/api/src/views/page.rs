//! A page of a list: `{"items": [...], "nextCursor": ...}`.

use mintage_domain::base::page::{Cursor, Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::schema;

/// A page on the wire.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Page)]
pub(crate) struct PageView<T> {
    /// Newest first.
    items: Vec<T>,
    /// Where the next page starts; `null` on the last one.
    #[schema(required, value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// A page of the domain, each item as the wire shows it.
    pub(crate) fn of<'a, D>(page: &'a Page<D>, show: impl FnMut(&'a D) -> T) -> Self {
        Self {
            next_cursor: page.next.as_ref().map(Cursor::to_text),
            items: page.items.iter().map(show).collect(),
        }
    }
}
