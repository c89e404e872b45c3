//! A page of a list: `{"items": [...], "nextCursor": ...}`.

use std::borrow::Cow;
use std::io;

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

/// The most bytes of the items of a page. With brackets and cursor the answer stays below 1 MB.
const MAX_BYTES: usize = 1_000_000;

impl<T: Serialize> PageView<T> {
    /// The view of a page, each item through `view`. A page whose items are too large together ends early,
    /// and the next page begins with the first item that is left out.
    pub(crate) fn of<'a, D>(page: &'a Page<D>, view: impl FnMut(&'a D) -> T) -> Self {
        let mut items = Vec::new();
        let mut bytes = ByteCount(0);
        for item in page.items.iter().map(view) {
            // An item that cannot be written fails again when the answer is written.
            let _ = serde_json::to_writer(&mut bytes, &item);
            bytes.0 = bytes.0.saturating_add(",".len());
            if bytes.0 > MAX_BYTES && !items.is_empty() {
                break;
            }
            items.push(item);
        }
        Self {
            next_cursor: page.next_after(items.len()).map(Cursor::to_text),
            items,
        }
    }
}

/// Counts the bytes that are written.
struct ByteCount(usize);

impl io::Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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

#[cfg(test)]
mod tests {
    use mintage_domain::base::time::Timestamp;

    use super::*;

    /// The numbers of the items on each page of a list of items of these sizes.
    fn pages(sizes: &[usize]) -> Vec<Vec<i64>> {
        let rows: Vec<(i64, usize)> = (0..).zip(sizes.iter().copied()).collect();
        let mut from = 0;
        let mut pages = Vec::new();
        loop {
            let rest = rows.iter().skip(from).copied().collect();
            let page = Page::of(rest, 100, |(number, _)| Cursor {
                at: Timestamp::from_micros(*number),
                id: number.to_string(),
            });
            let view = PageView::of(&page, |(number, size)| (*number, "x".repeat(*size)));
            let text = serde_json::to_string(&view).expect("JSON");
            let largest = sizes.iter().copied().max().unwrap_or_default();
            assert!(text.len() <= 1_048_576.max(largest + 100), "{}", text.len());
            pages.push(view.items.iter().map(|(number, _)| *number).collect());
            match view.next_cursor {
                Some(cursor) => {
                    let cursor = Cursor::parse(&cursor).expect("a cursor");
                    from = 1 + usize::try_from(cursor.at.as_micros()).expect("a number");
                }
                None => return pages,
            }
        }
    }

    #[test]
    fn a_page_ends_before_a_megabyte_and_the_next_one_goes_on() {
        assert_eq!(pages(&[]), [[0_i64; 0]]);
        assert_eq!(pages(&[400_000; 5]), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(pages(&[10, 999_980, 10]), [vec![0], vec![1], vec![2]]);
        assert_eq!(pages(&[2_000_000; 2]), [vec![0], vec![1]], "one at least");
        assert_eq!(pages(&[9_000; 100]).concat().len(), 100);
    }
}
