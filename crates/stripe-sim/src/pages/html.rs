//! HTML templates. The pages work without scripts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::base::form::Pairs;
use crate::model::payment_method::PaymentMethod;
use crate::model::session::Session;

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    title: &'a str,
    message: &'a str,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    title: &'a str,
    fields: &'a Pairs,
    accounts: &'a [&'a str],
    mode: &'a str,
}

#[derive(Template)]
#[template(path = "create_key.html")]
struct CreateKeyPage<'a> {
    title: &'a str,
    name: &'a str,
    accounts: &'a [&'a str],
    permissions: &'a [(String, bool)],
    mode: &'a str,
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage<'a> {
    title: &'a str,
    session: &'a Session,
    email: &'a str,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "authentication.html")]
struct AuthenticationPage<'a> {
    title: &'a str,
}

/// A page with one message.
pub(crate) fn notice(status: StatusCode, title: &str, message: &str) -> HttpResponse {
    respond(status, &NoticePage { title, message })
}

/// The page for an address that leads nowhere.
pub(crate) fn not_found() -> HttpResponse {
    notice(
        StatusCode::NOT_FOUND,
        "Something went wrong",
        "The page you were looking for could not be found.",
    )
}

/// The consent page. The form submits `fields` again, with the decision and the chosen account.
pub(crate) fn consent(fields: &Pairs, accounts: &[&str], mode: &str) -> HttpResponse {
    let page = ConsentPage {
        title: "Connect your account",
        fields,
        accounts,
        mode,
    };
    respond(StatusCode::OK, &page)
}

/// The page that creates a restricted key. Each permission is chosen or not.
pub(crate) fn create_key(
    name: &str,
    accounts: &[&str],
    permissions: &[(String, bool)],
    mode: &str,
) -> HttpResponse {
    let page = CreateKeyPage {
        title: "Create a restricted key",
        name,
        accounts,
        permissions,
        mode,
    };
    respond(StatusCode::OK, &page)
}

/// The payment form, with the error message of the last submission.
pub(crate) fn checkout(session: &Session, error: Option<&str>) -> HttpResponse {
    let prefilled = session.terms.prefilled_email.as_ref();
    let email = session.email().or(prefilled);
    let page = CheckoutPage {
        title: "Checkout",
        session,
        email: email.map_or("", String::as_str),
        error,
    };
    respond(StatusCode::OK, &page)
}

/// The bank's page, on which the payer confirms a card payment.
pub(crate) fn authentication() -> HttpResponse {
    let title = "Authentication";
    respond(StatusCode::OK, &AuthenticationPage { title })
}

fn respond(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::NoticePage;

    #[test]
    fn values_are_escaped() {
        let page = NoticePage {
            title: "a & b",
            message: "<script>'\"</script>",
        };
        let html = page.render().expect("the template is valid");
        assert!(html.contains("<title>a &#38; b</title>"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
