//! A page of a list: `{"items": [...], "nextCursor": ...}`.

use std::borrow::Cow;

use mintage_domain::base::page::{Cursor, Page};
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::schema;

/// A page of views.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageView<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// The view of a page, each item through `view`.
    pub(crate) fn of<'a, D>(page: &'a Page<D>, view: impl FnMut(&'a D) -> T) -> Self {
        Self {
            next_cursor: page.next.as_ref().map(Cursor::to_text),
            items: page.items.iter().map(view).collect(),
        }
    }
}

/// A page of `License` is named `LicensePage`; a derived name would be `Page_License`.
impl<T: ToSchema> ToSchema for PageView<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Page", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
        schemas.push((
            schema::Cursor::name().into_owned(),
            schema::Cursor::schema(),
        ));
    }
}

impl<T: ToSchema> PartialSchema for PageView<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The items, newest first."));
        let mut cursor = Ref::from_schema_name(schema::Cursor::name());
        cursor.description = String::from("The start of the next page; `null` on the last page.");
        let next = OneOfBuilder::new()
            .item(cursor)
            .item(ObjectBuilder::new().schema_type(Type::Null));
        ObjectBuilder::new()
            .description(Some("One page of a list."))
            .property("items", items)
            .required("items")
            .property("nextCursor", next)
            .required("nextCursor")
            .into()
    }
}
