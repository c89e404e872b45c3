//! The three pages a person sees, as plain HTML that works without scripts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::base::form::Pairs;
use crate::model::session::Session;

/// What the consent page shows: the request's own fields, and the accounts to choose from.
pub(crate) struct Consent<'a> {
    pub(crate) fields: &'a Pairs,
    pub(crate) accounts: Vec<String>,
    pub(crate) mode: &'static str,
}

/// A page with a heading.
pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    let title = escape(title);
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><p class=\"mark\">simulated Stripe</p>\
         <h1>{title}</h1>{body}</main></body></html>"
        ))
}

const STYLE: &str = "body{font:16px/1.5 system-ui;background:#f4f5f9;color:#222}\
    main{max-width:24rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:.5rem}\
    label{display:block;margin:.7rem 0}input:not([type=radio]),select{display:block;width:100%;\
    box-sizing:border-box;padding:.5rem;font:inherit}button{padding:.6rem 1rem;font:inherit}\
    .mark{color:#777;font-size:.8rem}.error{color:#b00020}";

/// A page that says one thing.
pub(crate) fn notice(status: StatusCode, title: &str, sentence: &str) -> HttpResponse {
    page(status, title, &format!("<p>{}</p>", escape(sentence)))
}

/// Connect or Cancel, and with which account.
pub(crate) fn consent(consent: &Consent<'_>) -> HttpResponse {
    let hidden: String = consent
        .fields
        .iter()
        .map(|(name, value)| hidden(name, value))
        .collect();
    let known = consent.accounts.iter().map(|id| option(id));
    let known: String = known.collect();
    let body = format!(
        "<form method=\"post\">{hidden}<p>A platform asks to act for your account in {} mode.</p>\
         <label>Account<select name=\"account\"><option value=\"\">a new account</option>{known}\
         </select></label><button name=\"decision\" value=\"connect\">Connect</button> \
         <button name=\"decision\" value=\"cancel\">Cancel</button></form>",
        consent.mode
    );
    page(StatusCode::OK, "Connect your account", &body)
}

/// The form that pays, with the reason why it shows again.
pub(crate) fn checkout(session: &Session, error: Option<&str>) -> HttpResponse {
    let items = session.line_items.iter();
    let items: String = items
        .map(|line| item(line.quantity, &line.product_name))
        .collect();
    let error = error.map_or_else(String::new, |error| {
        format!("<p class=\"error\" role=\"alert\">{}</p>", escape(error))
    });
    let email = session
        .email()
        .map_or_else(String::new, |email| escape(email));
    let cancel = session.cancel_url.as_ref().map_or_else(String::new, |url| {
        format!(" <a href=\"{}\">Cancel</a>", escape(url))
    });
    let means = match session.payment_method_types().as_slice() {
        _ if session.amount_total == 0 => String::new(),
        means if means.contains(&"us_bank_account") => format!("{CARD}{BANK_DEBIT}"),
        _ => CARD.to_owned(),
    };
    let body = format!(
        "<ul>{items}</ul><p><strong>{}</strong> {}</p>{error}<form method=\"post\">\
         <label>Email<input name=\"email\" type=\"email\" value=\"{email}\" required></label>\
         {means}<button>Pay</button>{cancel}</form>",
        session.amount_total,
        escape(&session.currency),
    );
    page(StatusCode::OK, "Checkout", &body)
}

const CARD: &str = "<label><input type=\"radio\" name=\"method\" value=\"card\" checked> Card</label>\
    <label>Card number<input name=\"card_number\" inputmode=\"numeric\" \
    value=\"4242 4242 4242 4242\"></label><label>Expiry<input name=\"expiry\" value=\"12 / 34\">\
    </label><label>CVC<input name=\"cvc\" value=\"123\"></label>";

const BANK_DEBIT: &str = "<label><input type=\"radio\" name=\"method\" value=\"bank_debit\"> Bank debit, settled later\
    </label>";

/// The bank's page between the form and the charge.
pub(crate) fn authentication() -> HttpResponse {
    let body = "<form method=\"post\"><p>Your bank asks you to confirm this payment.</p>\
        <button name=\"authentication\" value=\"complete\">Complete</button> \
        <button name=\"authentication\" value=\"fail\">Fail</button></form>";
    page(StatusCode::OK, "Authentication", body)
}

fn option(id: &str) -> String {
    format!("<option value=\"{0}\">{0}</option>", escape(id))
}

fn item(quantity: i64, name: &str) -> String {
    format!("<li>{quantity} × {}</li>", escape(name))
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        escape(name),
        escape(value)
    )
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            plain => safe.push(plain),
        }
    }
    safe
}
