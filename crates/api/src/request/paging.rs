//! The query parameters of a page: `?cursor=&limit=`.

use mintage_domain::base::page::{Cursor, PageRequest};
use mintage_runtime::problem::{Detail, Problem};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::schema;

/// The query parameters of a page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The `nextCursor` of the page before.
    #[param(nullable = false, inline, value_type = Option<schema::Cursor>)]
    cursor: Option<String>,
    /// The most items of the page.
    #[param(nullable = false, value_type = Option<u16>, minimum = 1, maximum = 100, default = 25)]
    limit: Option<String>,
}

impl PageQuery {
    /// Reads the page.
    pub(crate) fn read(&self) -> Result<PageRequest, Problem> {
        let wrong =
            |path: &str, message: &str| Problem::invalid_query(vec![Detail::new(path, message)]);
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
                    .ok_or_else(|| {
                        let most = PageRequest::MAX;
                        wrong("limit", &format!("must be a whole number from 1 to {most}"))
                    })?,
            ),
            None => None,
        };
        Ok(PageRequest { after, limit })
    }
}
