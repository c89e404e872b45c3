//! Secrets in the pages of a shop, which everybody can read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::{AnswerBody, Http, HttpRequest, Method, Store, StoreError};

use super::super::output::CommandResult;
use super::accounts::connections;
use super::check::Check;
use super::report::{Finding, Report};
use crate::config::secret_in;
use crate::wire::http_to_stripe;

const DEADLINE: Duration = Duration::from_secs(20);

/// How much of a page is read, in bytes.
const MAX_PAGE: usize = 4 << 20;

/// How many letters and digits a secret of Stripe has at least.
const LEAST: usize = 8;

/// The length of a checkout key, and of what follows the prefix of other secrets of Mintage.
const HEX: usize = 64;

/// Secrets of Mintage, by their beginnings.
const OWN: [(&str, &str); 2] = [
    ("mt_", "a management token"),
    ("aks_", "the secret of an API key"),
];

/// Looks for secrets in each page.
pub(super) fn check(
    report: &mut Report,
    store: Option<&dyn Store>,
    pages: &[WebUrl],
) -> CommandResult {
    if pages.is_empty() {
        return Ok(());
    }
    let http: Arc<dyn Http> = Arc::new(http_to_stripe()?);
    let keys = match store {
        Some(store) => checkout_keys(store)?,
        None => HashMap::new(),
    };
    for url in pages {
        let request = HttpRequest {
            method: Method::Get,
            url: url.as_str().to_owned(),
            headers: Vec::new(),
            authorization: None,
            body: Vec::new(),
            deadline: DEADLINE,
            answer: AnswerBody::Start(MAX_PAGE),
        };
        report.add(match http.send(&request) {
            Ok(answer) if (200..300).contains(&answer.status) => {
                judge(url, &String::from_utf8_lossy(&answer.body), &keys)
            }
            Ok(answer) => unread(url, &format!("it answered {}", answer.status)),
            Err(error) => unread(url, &error.to_string()),
        });
    }
    Ok(())
}

fn unread(url: &WebUrl, why: &str) -> Finding {
    Finding::warning(
        Check::SecretKeyExposed,
        format_args!("{url} could not be read: {why}"),
        "Give the URL of a page that anybody can open. Redirects are not followed.",
    )
}

/// The hashes of all checkout keys, with their tenants.
fn checkout_keys(store: &dyn Store) -> Result<HashMap<SecretHash, TenantId>, StoreError> {
    let connections = connections(store)?.into_iter();
    let keys = connections.filter_map(|it| Some((it.checkout_key?, it.tenant)));
    Ok(keys.collect())
}

fn judge(url: &WebUrl, page: &str, keys: &HashMap<SecretHash, TenantId>) -> Finding {
    let exposed = |what: &str, mend: &str| {
        let message = format!("{url} shows {what} to everybody");
        Finding::failed(Check::SecretKeyExposed, message, mend)
    };
    if let Some(prefix) = secret_in(page, LEAST) {
        return exposed(
            &format!("a secret of Stripe, {prefix}...,"),
            "Roll it in Stripe's dashboard at once. A page may hold a publishable key, pk_..., alone; calls with a \
             secret belong into a backend.",
        );
    }
    for (prefix, what) in OWN {
        let mut rests = page
            .match_indices(prefix)
            .map(|(at, _)| &page[at + prefix.len()..]);
        if rests.any(|rest| hex_run(rest) >= HEX) {
            return exposed(
                what,
                "Revoke it at once, with `mintage token revoke` or `mintage api-key revoke`. A page may hold a \
                 publishable API key, pub_live_..., alone.",
            );
        }
    }
    if let Some(tenant) = checkout_key_in(page, keys) {
        return exposed(
            &format!("the checkout key of {tenant}"),
            "Call POST /v1/integrations/stripe/rotate-checkout-key at once, and call the checkout from a backend.",
        );
    }
    Finding::ok(
        Check::SecretKeyExposed,
        format_args!("{url} shows no secret"),
    )
}

/// The number of hex digits at the beginning of a text.
fn hex_run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_hexdigit).count()
}

fn checkout_key_in<'k>(
    page: &str,
    keys: &'k HashMap<SecretHash, TenantId>,
) -> Option<&'k TenantId> {
    let words = page.split(|c: char| !c.is_ascii_alphanumeric());
    let mut candidates = words.filter(|word| word.len() == HEX && hex_run(word) == HEX);
    candidates.find_map(|word| keys.get(&SecretHash::of(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_secret_is_found_and_none_is_repeated() {
        let url = WebUrl::parse("https://shop.test/buy").expect("a URL");
        let hex = "0123456789abcdef".repeat(4);
        let tenant = TenantId::parse("acme").expect("a slug");
        let keys = HashMap::from([(SecretHash::of(&hex), tenant)]);
        let other = "f".repeat(64);
        for (page, found) in [
            ("Stripe('pk_live_51Abc0123456')".to_owned(), None),
            (
                "Stripe('sk_live_51Abc0123456')".to_owned(),
                Some("sk_live_..."),
            ),
            (format!("Bearer mt_{other}"), Some("a management token")),
            (format!("aks_{other}"), Some("the secret of an API key")),
            (format!("key: \"{hex}\""), Some("the checkout key of acme")),
            (format!("sha256-{other}"), None),
            ("mt_rows aks_".to_owned(), None),
        ] {
            let finding = serde_json::to_value(judge(&url, &page, &keys)).expect("JSON");
            let message = finding["message"].as_str().expect("a message");
            assert_eq!(finding["status"] == "failed", found.is_some(), "{page}");
            assert!(message.contains(found.unwrap_or("no secret")), "{message}");
            let all = finding.to_string();
            assert!(
                !all.contains("51Abc") && !all.contains(&hex) && !all.contains(&other),
                "{all}"
            );
        }
    }
}
