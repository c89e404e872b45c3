//! Lists of any length.

use std::io;

use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::ports::StoreError;

use super::output::Outcome;

/// Reads all pages of a list, and prints each item.
pub(super) fn each<T>(
    list: impl Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    print: impl Fn(&T) -> io::Result<()>,
) -> Outcome {
    let mut page = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let listed = list(&page)?;
        listed.items.iter().try_for_each(&print)?;
        page.after = listed.next;
        if page.after.is_none() {
            return Ok(());
        }
    }
}
