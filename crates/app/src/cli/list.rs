//! Lists of any length.

use mintage_domain::base::page::{Page, PageRequest};
use mintage_domain::ports::StoreError;

use super::output::{CommandResult, Format, Printer};

/// Reads all pages of a list, and prints each.
pub(super) fn print_list<F: Format<N>, const N: usize>(
    format: F,
    json: bool,
    read: impl Fn(&PageRequest) -> Result<Page<F::Item>, StoreError>,
) -> CommandResult {
    let mut printer = Printer::new(format, json);
    let mut request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let page = read(&request)?;
        printer.print(&page.items)?;
        request.after = page.next;
        if request.after.is_none() {
            return Ok(());
        }
    }
}
