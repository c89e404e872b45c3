//! The sales ledger as CSV, read from the store step by step while it is sent.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use mintage_domain::base::page::Cursor;
use mintage_domain::ports::{AttributedEntry, SalesRange};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

/// The number of entries that are read at once.
const STEP: usize = 500;

const HEADER: &str = "time,type,amount,currency,stripeId,stripeType,sourceId,accountId,orderId,\
    productId,keyTypeId,code,campaign\r\n";

type Step = Pin<Box<dyn Future<Output = Result<Vec<AttributedEntry>, Problem>>>>;

/// The lines of a range of the ledger. The server holds one step of them at a time.
pub(crate) struct LedgerCsv {
    app: Arc<App>,
    range: SalesRange,
    /// What is sent next; `None` while a step is read, and at the end.
    ready: Option<String>,
    /// The step that is read.
    step: Option<Step>,
}

impl LedgerCsv {
    /// Reads the first step, so that a store that fails is answered as an error.
    pub(crate) async fn begin(app: Arc<App>, range: SalesRange) -> Result<Self, Problem> {
        let first = read(&app, &range, None).await?;
        let mut csv = Self {
            app,
            range,
            ready: None,
            step: None,
        };
        csv.accept(&first, HEADER.to_owned());
        Ok(csv)
    }

    /// Takes the entries of a step, and begins the next one if there may be more.
    fn accept(&mut self, entries: &[AttributedEntry], mut text: String) {
        for entry in entries {
            write_lines(&mut text, entry);
        }
        self.ready = Some(text);
        self.step = match entries.last() {
            Some(last) if entries.len() == STEP => {
                let after = Cursor {
                    at: last.entry.created_at,
                    id: last.entry.id.id.to_string(),
                };
                let (app, range) = (Arc::clone(&self.app), self.range.clone());
                Some(Box::pin(
                    async move { read(&app, &range, Some(after)).await },
                ))
            }
            _ => None,
        };
    }
}

async fn read(
    app: &Arc<App>,
    range: &SalesRange,
    after: Option<Cursor>,
) -> Result<Vec<AttributedEntry>, Problem> {
    let range = range.clone();
    let entries = blocking(app, move |app| {
        app.store.ledger_range(&range, after.as_ref(), STEP)
    });
    Ok(entries.await??)
}

impl MessageBody for LedgerCsv {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        match (&self.ready, &self.step) {
            (Some(text), None) => BodySize::Sized(u64::try_from(text.len()).unwrap_or(u64::MAX)),
            _ => BodySize::Stream,
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let csv = self.get_mut();
        if let Some(text) = csv.ready.take() {
            return Poll::Ready(Some(Ok(Bytes::from(text))));
        }
        let Some(step) = &mut csv.step else {
            return Poll::Ready(None);
        };
        match step.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(entries)) => {
                csv.accept(&entries, String::new());
                let text = csv.ready.take().filter(|text| !text.is_empty());
                Poll::Ready(text.map(|text| Ok(Bytes::from(text))))
            }
            // The connection breaks off, so that no client takes the part for the whole.
            Poll::Ready(Err(problem)) => {
                tracing::warn!(cause = %problem.message, "an export broke off");
                Poll::Ready(Some(Err(std::io::Error::other("the export broke off"))))
            }
        }
    }
}

/// Writes the lines of an entry.
fn write_lines(text: &mut String, it: &AttributedEntry) {
    let entry = &it.entry;
    let code = it.code.as_ref();
    for (line, amount) in entry.lines() {
        let cells = [
            entry.created_at.to_rfc3339(),
            line.as_str().to_owned(),
            amount.to_string(),
            entry.currency.to_string(),
            cell(entry.id.id.as_str()),
            cell(entry.stripe_type.as_str()),
            cell(entry.source.as_ref().map_or("", |source| source.as_str())),
            cell(entry.id.account.account.as_str()),
            cell(it.order.as_ref().map_or("", |order| order.as_str())),
            cell(it.product.as_ref().map_or("", |product| product.as_str())),
            cell(
                it.key_type
                    .as_ref()
                    .map_or("", |key_type| key_type.as_str()),
            ),
            cell(code.map_or("", |code| code.code.as_str())),
            cell(
                code.and_then(|code| code.campaign.as_ref())
                    .map_or("", |campaign| campaign.as_str()),
            ),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
}

/// A text as a cell. A spreadsheet takes a text that begins with one of these characters for a formula, so an
/// apostrophe comes before it.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|', '%']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_quotes_what_separates_cells() {
        for (text, written) in [
            ("SPRING", "SPRING"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-5", "'-5"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=a,b", "\"'=a,b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
