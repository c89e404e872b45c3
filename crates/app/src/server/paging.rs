//! `?cursor=&limit=` in, `{"items": [...], "nextCursor": ...}` out.

use crate::openapi::words;
use mintage_domain::page::{Cursor, Page, PageRequest};
use mintage_runtime::problem::{Detail, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The query of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `nextCursor` of the page before.
    #[param(nullable = false, inline, value_type = Option<words::Cursor>)]
    cursor: Option<String>,
    /// How many items at most.
    #[param(nullable = false, value_type = Option<u16>, minimum = 1, maximum = 100, default = 25)]
    limit: Option<String>,
}

impl PageQuery {
    /// The page that is asked for.
    pub(crate) fn read(&self) -> Result<PageRequest, Problem> {
        let wrong = |path: &str, message: &str| {
            let detail = Detail::new(path, message.to_owned());
            Problem::invalid_query(vec![detail])
        };
        let after = match self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) {
            Some(cursor) => Some(
                Cursor::parse(cursor)
                    .map_err(|_| wrong("cursor", "is not a cursor of this list"))?,
            ),
            None => None,
        };
        let limit = match self.limit.as_deref() {
            Some(limit) => Some(
                limit
                    .parse()
                    .ok()
                    .filter(|limit| (1..=PageRequest::MAX).contains(limit))
                    .ok_or_else(|| wrong("limit", "must be a whole number from 1 to 100"))?,
            ),
            None => None,
        };
        Ok(PageRequest { after, limit })
    }
}

/// A page on the wire.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Page)]
pub(crate) struct PageBody<T> {
    /// Newest first.
    items: Vec<T>,
    /// Where the next page starts; `null` on the last one.
    #[schema(required, value_type = Option<words::Cursor>)]
    next_cursor: Option<String>,
}

impl<T> PageBody<T> {
    /// A page of the domain, each item as the wire shows it.
    pub(crate) fn of<'a, D>(page: &'a Page<D>, show: impl FnMut(&'a D) -> T) -> Self {
        Self {
            next_cursor: page.next.as_ref().map(Cursor::to_text),
            items: page.items.iter().map(show).collect(),
        }
    }
}
